/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wasmlinux.toolchain.io.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class BillTest {
    private static final String DIGEST = "ab".repeat(32);

    @TempDir Path directory;

    private final Bill bill =
            new Bill(
                    "6.12",
                    "identity",
                    "clang version 22",
                    List.of(
                            new Bill.Part(
                                    "linux",
                                    "operating-system",
                                    "6.12",
                                    "GPL-2.0-only",
                                    "a kernel",
                                    DIGEST,
                                    List.of(
                                            new Bill.Archive("linux.tar", DIGEST, "https://x/l"),
                                            new Bill.Archive("linux_a.tar", DIGEST, "")),
                                    Map.of("patches/1.patch", "one"),
                                    List.of()),
                            new Bill.Part(
                                    "musl", "library", "1", "MIT", "", DIGEST, List.of(), Map.of(),
                                    List.of()),
                            new Bill.Part(
                                    "own",
                                    "application",
                                    "",
                                    "",
                                    "",
                                    DIGEST,
                                    List.of(),
                                    Map.of(),
                                    List.of("musl"))),
                    List.of(
                            new Bill.File("bin/a b", 3, DIGEST, "cd".repeat(20)),
                            new Bill.File("bin/é", 4, DIGEST, "ef".repeat(20))));

    private JsonNode read(String text) throws Exception {
        return Json.read(Files.writeString(directory.resolve("bill.json"), text));
    }

    private static List<String> texts(JsonNode list, String name) {
        List<String> texts = new ArrayList<>();
        list.forEach(item -> texts.add(item.path(name).asString("")));
        return texts;
    }

    @Test
    void cycloneDxNamesEverythingOnce() throws Exception {
        JsonNode root = read(bill.cycloneDx());
        assertThat(root.get("specVersion").asString()).isEqualTo("1.6");
        assertThat(root.get("metadata").get("timestamp").asString())
                .isEqualTo("2026-01-01T00:00:00Z");
        List<String> known = texts(root.get("components"), "bom-ref");
        assertThat(known)
                .containsExactly("linux", "musl", "own", "file:bin/a b", "file:bin/é")
                .doesNotHaveDuplicates();
        for (JsonNode dependency : root.get("dependencies")) {
            for (JsonNode needed : dependency.get("dependsOn")) {
                assertThat(known).contains(needed.asString());
            }
        }
        JsonNode linux = root.get("components").get(0);
        assertThat(linux.get("licenses").get(0).get("expression").asString())
                .isEqualTo("GPL-2.0-only");
        assertThat(texts(linux.get("externalReferences"), "url"))
                .containsExactly("https://x/l", "linux_a.tar");
        assertThat(linux.get("pedigree").get("notes").asString()).isEqualTo("one");
        assertThat(root.get("components").get(2).has("licenses")).isFalse();
    }

    @Test
    void spdxRelatesOnlyWhatItDescribes() throws Exception {
        JsonNode root = read(bill.spdx());
        List<String> ids = new ArrayList<>(List.of(root.get("SPDXID").asString()));
        ids.addAll(texts(root.get("packages"), "SPDXID"));
        ids.addAll(texts(root.get("files"), "SPDXID"));
        assertThat(ids).doesNotHaveDuplicates().allMatch(id -> id.matches("SPDXRef-[\\w.-]+"));
        Set<String> related = new TreeSet<>();
        for (JsonNode relation : root.get("relationships")) {
            related.add(relation.get("spdxElementId").asString());
            related.add(relation.get("relatedSpdxElement").asString());
        }
        assertThat(related).containsExactlyInAnyOrderElementsOf(ids);
        // sha1sum of both digests, sorted, one behind the other
        assertThat(
                        root.get("packages")
                                .get(0)
                                .get("packageVerificationCode")
                                .get("packageVerificationCodeValue")
                                .asString())
                .isEqualTo("1870c601b45ea0c173e8661f07cd82d5f668d170");
    }
}
