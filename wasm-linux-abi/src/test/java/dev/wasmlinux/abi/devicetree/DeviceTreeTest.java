/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.abi.devicetree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wasmlinux.abi.devicetree.DeviceTree.MemoryReservation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceTreeTest {

    /** The tree of machine.dts. */
    private static DeviceTree machine() {
        DeviceTree tree =
                DeviceTree.build(
                        root ->
                                root.strings("compatible", "wasm-linux,v1")
                                        .cells("#address-cells", 1)
                                        .cells("#size-cells", 1)
                                        .reference("interrupt-parent", "intc")
                                        .node("chosen", DeviceTreeTest::chosen)
                                        .node(
                                                "memory",
                                                n ->
                                                        n.strings("device_type", "memory")
                                                                .cells("reg", 0, 0x40000000))
                                        .node("cpus", DeviceTreeTest::cpus)
                                        .node(
                                                "intc",
                                                n ->
                                                        n.label("intc")
                                                                .strings(
                                                                        "compatible",
                                                                        "wasm-linux,intc")
                                                                .flag("interrupt-controller")
                                                                .cells("#interrupt-cells", 1))
                                        .node("soc", DeviceTreeTest::soc));
        return new DeviceTree(tree.root(), List.of(new MemoryReservation(0x1000, 0x2000)), 0);
    }

    private static void chosen(DeviceTreeBuilder chosen) {
        chosen.strings("bootargs", "console=hvc0 quiet")
                .cells("linux,initrd-start", 0x2000000)
                .cells("linux,initrd-end", 0x2100000)
                .bytes("rng-seed", new byte[] {0, 1, 2, -2, -1})
                .strings("stdout-path", "/soc/virtio@c0001000");
    }

    private static void cpus(DeviceTreeBuilder cpus) {
        cpus.cells("#address-cells", 1).cells("#size-cells", 0);
        for (int i = 0; i < 2; i++) {
            int number = i;
            cpus.node("cpu@" + number, n -> n.strings("device_type", "cpu").cells("reg", number));
        }
    }

    private static void soc(DeviceTreeBuilder soc) {
        soc.strings("compatible", "simple-bus", "second")
                .cells("#address-cells", 1)
                .cells("#size-cells", 1)
                .flag("ranges")
                .node(
                        "virtio@c0001000",
                        n ->
                                n.strings("compatible", "virtio,mmio")
                                        .cells("reg", 0xc0001000, 0x1000)
                                        .cells("interrupts", 1)
                                        .reference("interrupts-extended", "intc", 1)
                                        .longs("big", 0x123456789abcdef0L));
    }

    private static byte[] golden() throws IOException {
        try (InputStream in = DeviceTreeTest.class.getResourceAsStream("machine.dtb")) {
            return in.readAllBytes();
        }
    }

    @Test
    void writesTheBytesOfTheReferenceCompiler() throws IOException {
        assertThat(machine().toBytes()).isEqualTo(golden());
    }

    @Test
    void readsTheBytesOfTheReferenceCompiler() throws IOException {
        DeviceTree tree = DeviceTree.parse(golden());

        assertThat(tree).isEqualTo(machine());
        DeviceTreeNode device = tree.find("/soc/virtio@c0001000").orElseThrow();
        assertThat(device.property("reg").orElseThrow().cells()).containsExactly(0xc0001000, 4096);
        assertThat(tree.find("/soc").orElseThrow().property("compatible").orElseThrow().strings())
                .containsExactly("simple-bus", "second");
        assertThat(tree.find("/cpus/cpu@2")).isEmpty();
        assertThat(tree.find("/")).contains(tree.root());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void everyTreeComesBackFromItsBytes(int seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 50; i++) {
            List<MemoryReservation> reservations = new ArrayList<>();
            for (int n = random.nextInt(3); n > 0; n--) {
                reservations.add(new MemoryReservation(random.nextLong() | 1, random.nextLong()));
            }
            DeviceTree tree =
                    new DeviceTree(randomNode(random, "", 0), reservations, random.nextInt());

            assertThat(DeviceTree.parse(tree.toBytes())).isEqualTo(tree);
        }
    }

    static boolean hasCompiler() {
        return Files.isExecutable(Path.of("/usr/bin/dtc"));
    }

    /** The reference compiler reads our bytes and writes the same ones. */
    @ParameterizedTest
    @EnabledIf("hasCompiler")
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void theReferenceCompilerAgrees(int seed, @TempDir Path directory) throws Exception {
        Random random = new Random(seed);
        DeviceTree tree =
                new DeviceTree(
                        randomNode(random, "", 0),
                        List.of(new MemoryReservation(random.nextLong() | 1, random.nextLong())),
                        random.nextInt());
        Path ours = Files.write(directory.resolve("ours.dtb"), tree.toBytes());
        Path theirs = directory.resolve("theirs.dtb");
        Path log = directory.resolve("log");
        List<String> command =
                List.of(
                        "dtc",
                        "-f",
                        "-q",
                        "-I",
                        "dtb",
                        "-O",
                        "dtb",
                        "-o",
                        theirs.toString(),
                        ours.toString());
        int status =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start()
                        .waitFor();
        assertThat(status).as(Files.readString(log)).isZero();
        assertThat(theirs).hasBinaryContent(tree.toBytes());
    }

    private static DeviceTreeNode randomNode(Random random, String name, int depth) {
        List<DeviceTreeProperty> properties = new ArrayList<>();
        for (int n = random.nextInt(5); n > 0; n--) {
            byte[] value = new byte[random.nextInt(4) == 0 ? 0 : random.nextInt(40)];
            random.nextBytes(value);
            properties.add(
                    new DeviceTreeProperty("p" + n + "-" + "x".repeat(random.nextInt(9)), value));
        }
        List<DeviceTreeNode> children = new ArrayList<>();
        for (int n = depth > 5 ? 0 : random.nextInt(4); n > 0; n--) {
            children.add(
                    randomNode(random, "n" + "y".repeat(random.nextInt(6)) + "@" + n, depth + 1));
        }
        return new DeviceTreeNode(name, properties, children);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void damagedBytesGiveATreeOrTheTypedError(int seed) {
        Random random = new Random(seed);
        byte[] good = machine().toBytes();
        int refused = 0;
        for (int i = 0; i < 5000; i++) {
            byte[] bad =
                    Arrays.copyOf(
                            good,
                            random.nextInt(8) == 0 ? random.nextInt(good.length) : good.length);
            for (int n = random.nextInt(4); n >= 0 && bad.length > 0; n--) {
                int at =
                        random.nextInt(
                                random.nextBoolean() ? bad.length : Math.min(64, bad.length));
                bad[at] =
                        (byte)
                                (random.nextBoolean()
                                        ? random.nextInt()
                                        : bad[at] ^ 1 << random.nextInt(8));
            }
            try {
                DeviceTree tree = DeviceTree.parse(bad);
                assertThat(DeviceTree.parse(tree.toBytes())).isEqualTo(tree);
            } catch (DeviceTreeException e) {
                refused++;
                assertThat(e.offset()).isBetween(0, good.length + 8);
            }
        }
        assertThat(refused).isGreaterThan(500);
    }

    @Test
    void everyTruncationIsRefused() {
        byte[] good = machine().toBytes();
        for (int length = 0; length < good.length; length++) {
            byte[] cut = Arrays.copyOf(good, length);
            assertThatThrownBy(() -> DeviceTree.parse(cut)).isInstanceOf(DeviceTreeException.class);
        }
    }

    @Test
    void refusesNestingWithoutEnd() {
        ByteBuffer blob = ByteBuffer.allocate(1 << 20);
        blob.put(machine().toBytes(), 0, 40);
        blob.putInt(4, blob.capacity()).putInt(8, 56).putInt(12, 56).putInt(16, 40);
        blob.putInt(32, 0).putInt(36, blob.capacity() - 56);
        for (int at = 56; at + 8 <= blob.capacity(); at += 8) {
            blob.putInt(at, 1).putInt(at + 4, at == 56 ? 0 : 0x61000000);
        }

        assertThatThrownBy(() -> DeviceTree.parse(blob.array()))
                .isInstanceOf(DeviceTreeException.class)
                .hasMessageContaining("deeper than 64");
    }

    @Test
    void buildersRefuseWhatTheSpecificationForbids() {
        assertThatThrownBy(() -> DeviceTree.build(r -> r.node("a/b", n -> {})))
                .hasMessageContaining("a/b");
        assertThatThrownBy(() -> DeviceTree.build(r -> r.node("a", n -> {}).node("a", n -> {})))
                .hasMessageContaining("twice");
        assertThatThrownBy(() -> DeviceTree.build(r -> r.flag("a").flag("a")))
                .hasMessageContaining("twice");
        assertThatThrownBy(() -> DeviceTree.build(r -> r.flag("a b"))).hasMessageContaining("a b");
        assertThatThrownBy(() -> DeviceTree.build(r -> r.flag("x".repeat(32))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> DeviceTree.build(r -> r.strings("a", "b\0c")))
                .hasMessageContaining("NUL");
        assertThatThrownBy(() -> DeviceTree.build(r -> r.reference("a", "nowhere")))
                .hasMessageContaining("nowhere");
        assertThatThrownBy(
                        () ->
                                DeviceTree.build(
                                        r ->
                                                r.node("a", n -> n.label("l"))
                                                        .node("b", n -> n.label("l"))))
                .hasMessageContaining("two nodes");
    }

    @Test
    void valuesOfTheWrongShapeAreRefused() {
        DeviceTreeProperty property = new DeviceTreeProperty("p", new byte[] {1, 2, 3});
        assertThatThrownBy(property::cells).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(property::strings).isInstanceOf(IllegalStateException.class);
    }
}
