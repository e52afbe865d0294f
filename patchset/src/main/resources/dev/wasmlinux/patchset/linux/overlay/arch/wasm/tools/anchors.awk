#!/usr/bin/awk -f
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: anchors.awk -v first=FILE -v last=FILE vmlinux.lds
#
# Writes two assembly files of zero-size labels from the kernel's preprocessed
# linker script.  wasm-ld keeps the sections of one name together in the order
# of the objects, and the names in the order of their first appearance: so an
# object linked first, which opens every table in the order of the script, and
# one linked last, which closes them, give the layout and the symbols that the
# script asks for.
#
#  - A symbol before a table is its start, one behind it is its end.  A symbol
#    between two tables is the start of the second if its name says so
#    (*start*, *begin*, *highest), else the end of the first: there may be
#    padding between them.
#  - wasm-ld joins .rodata*, .data* and .bss* under these names.  Of the
#    symbols between such sections the few that mean the bounds of the whole
#    are right; ranges inside them become empty.
#  - An alignment is that of the table behind it.
#  - Sections of code have no addresses; their bounds become empty ranges.

function fail(text) {
	print "anchors.awk: " text > "/dev/stderr"
	failed = 1
	exit 1
}

function is_start(name) {
	return name ~ /start|begin|highest|^_s(data|text|inittext)$|^_text$|^__per_cpu_load$/
}

# the name under which wasm-ld keeps a section
function joined(section) {
	if (section ~ /^\.rodata(\.|$)/ || section ~ /^\.data\.rel\.ro/)
		return ".rodata"
	if (section ~ /^\.data(\.|$)/)
		return ".data"
	if (section ~ /^\.bss(\.|$)/)
		return ".bss"
	return section
}

function label(name) {
	return "\t.globl " name "\n" name ":\n\t.size " name ", 0\n"
}

function define(where, section, name) {
	if (name in defined)
		return
	defined[name] = 1
	if (where == "first")
		starts[section] = starts[section] label(name)
	else
		ends[section] = ends[section] label(name)
}

function open_section(section) {
	if (!(section in known)) {
		known[section] = 1
		order[++count] = section
	}
}

# a table is met: what waits belongs to its start or to the end of the last
function table(section,    i) {
	section = joined(section)
	open_section(section)
	if (alignment != "" && !whole(section))
		align[section] = align[section] "\t.balign " alignment "\n"
	alignment = ""
	for (i = 1; i <= waiting; i++) {
		if (is_start(wait[i]) || previous == "")
			define("first", section, wait[i])
		else
			define(whole(previous) ? "first" : "last", previous, wait[i])
	}
	waiting = 0
	previous = section
}

function whole(section) {
	return section == ".rodata" || section == ".data" || section == ".bss"
}

# the end of an output section: whatever still waits is behind the last table
function close_block(    i, section) {
	section = previous == "" ? ".rodata" : previous
	open_section(section)
	for (i = 1; i <= waiting; i++)
		define(whole(section) || previous == "" ? "first" : "last", section, wait[i])
	waiting = 0
	previous = ""
}

function patterns(list,    n, i, part) {
	gsub(/KEEP|SORT(_BY_[A-Z_]+)?|[*()]*\(|\)/, " ", list)
	n = split(list, part, /[ \t\n]+/)
	for (i = 1; i <= n; i++) {
		if (part[i] == "" || part[i] ~ /[*?\[]/ || part[i] ~ /text/ || part[i] == "COMMON")
			continue
		table(part[i])
	}
}

# length of the balanced (...) at the start of s, 0: none
function balanced(s,    i, depth, c) {
	for (i = 1; i <= length(s); i++) {
		c = substr(s, i, 1)
		if (c == "(")
			depth++
		else if (c == ")" && --depth == 0)
			return i
		else if (depth == 0)
			return 0
	}
	return 0
}

function eat(n) {
	text = substr(text, n + 1)
}

/^#/ { next }
{ text = text $0 "\n" }

END {
	if (failed)
		exit 1

	# bounds of the joined sections and of all
	define("first", ".rodata", "__start_rodata")
	define("last", ".rodata", "__end_rodata")
	define("first", ".data", "_sdata")
	define("last", ".data", "_edata")
	define("first", ".bss", "__bss_start")
	define("last", ".bss", "__bss_stop")
	define("last", ".bss", "_end")
	open_section(".rodata")
	open_section(".data")
	# defined in C
	defined["init_stack"] = defined["init_thread_union"] = 1

	while (match(text, /\/\*([^*]|\*+[^*\/])*\*+\//))
		text = substr(text, 1, RSTART - 1) " " substr(text, RSTART + RLENGTH)
	if (!match(text, /SECTIONS[ \t\n]*\{/))
		fail("no SECTIONS")
	eat(RSTART + RLENGTH - 1)

	depth = 1
	while (depth > 0) {
		sub(/^[ \t\n;]+/, "", text)
		if (text == "")
			fail("unexpected end")
		if (match(text, /^\/DISCARD\/[ \t\n]*:[ \t\n]*\{[^}]*\}/))
			eat(RLENGTH)
		else if (match(text, /^:[a-z]+/))
			eat(RLENGTH)
		else if (match(text, /^[A-Za-z_][A-Za-z_0-9]*[ \t\n]*=[ \t\n]*\.[ \t\n]*;/)) {
			name = text
			sub(/[ \t\n]*=.*/, "", name)
			eat(RLENGTH)
			if (depth > 1)
				wait[++waiting] = name
			else
				outside[++outsiders] = name
		} else if (match(text, /^\.[ \t\n]*=[ \t\n]*ALIGN[^;]*;/)) {
			alignment = substr(text, 1, RLENGTH - 1)
			sub(/^[^(]*/, "", alignment)
			eat(RLENGTH)
		} else if (match(text, /^\.[ \t\n]*\+?=[^;]*;/))
			eat(RLENGTH)
		else if (match(text, /^(KEEP[ \t]*\(|\*\()/)) {
			skip = text ~ /^KEEP/ ? index(text, "(") - 1 : 1
			n = balanced(substr(text, skip + 1))
			if (!n)
				fail("unbalanced: " substr(text, 1, 60))
			patterns(substr(text, skip + 1, n))
			eat(skip + n)
		} else if (match(text, /^[^{};=]*\{/)) {
			eat(RLENGTH)
			depth++
			# what stands outside is the start of the first table within
			for (i = 1; i <= outsiders; i++)
				wait[++waiting] = outside[i]
			outsiders = 0
		} else if (match(text, /^\}/)) {
			eat(RLENGTH)
			close_block()
			depth--
		} else if (match(text, /^[^ \t\n;{}]+/))
			eat(RLENGTH)
		else
			fail("cannot read: " substr(text, 1, 60))
	}
	for (i = 1; i <= outsiders; i++)
		wait[++waiting] = outside[i]
	close_block()
	open_section(".bss")

	for (i = 1; i <= count; i++) {
		if (starts[order[i]] == "" && ends[order[i]] == "") {
			# only for its place in the order
			name = "__anchor_" i
			starts[order[i]] = label(name)
		}
		printf "\t.section %s,\"\",@\n\t.balign 4\n%s%s", order[i],
		       align[order[i]], starts[order[i]] > first
		if (ends[order[i]] != "")
			printf "\t.section %s,\"\",@\n%s", order[i], ends[order[i]] > last
	}
}
