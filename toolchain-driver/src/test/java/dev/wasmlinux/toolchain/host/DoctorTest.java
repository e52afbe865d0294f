/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wasmlinux.toolchain.FakeTools;
import dev.wasmlinux.toolchain.HostReport;
import dev.wasmlinux.toolchain.HostReport.Check;
import dev.wasmlinux.toolchain.io.CacheLayout;
import dev.wasmlinux.toolchain.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class DoctorTest {
    @TempDir Path directory;

    private FakeTools tools;

    @BeforeEach
    void tools() throws IOException {
        tools = new FakeTools(directory.resolve("tools"));
        for (String name : List.of("make", "flex", "bison", "bc", "perl")) {
            tools.script(name, "echo '" + name + " 99.1'");
        }
        for (String name : List.of("awk", "sed", "find")) {
            tools.script(name, "exit 0");
        }
    }

    private HostReport examine(String osRelease) throws Exception {
        Path file = directory.resolve("os-release");
        Files.writeString(file, osRelease);
        return new Doctor(
                        new ToolPath(List.of(tools.directory())),
                        CacheLayout.of(directory.resolve("cache")),
                        file)
                .examine();
    }

    private static Check check(HostReport report, String name) {
        return report.checks().stream().filter(c -> c.name().equals(name)).findFirst().get();
    }

    @Test
    void namesEverythingMissingAndTheLineThatInstallsIt() throws Exception {
        tools.remove("flex");
        tools.script("bc", "echo 'bc 1.05'");
        HostReport report = examine("ID=debian\n");
        assertThat(report.ok()).isFalse();
        assertThat(check(report, "make").ok()).isTrue();
        assertThat(check(report, "flex").found()).isEqualTo("not found");
        assertThat(check(report, "bc").ok()).isFalse();
        assertThat(report.install())
                .startsWith("sudo apt-get install --no-install-recommends flex bc");
        assertThat(examine("ID=fedora\n").install()).startsWith("sudo dnf install flex bc");
        assertThat(examine("ID=arch\n").install()).startsWith("sudo pacman -S --needed flex bc");
    }

    @Test
    void aCompilerThatIsTooOldOrIncompleteIsNotEnough() throws Exception {
        tools.remove("wasm-ld-22");
        HostReport report = examine("ID=debian\n");
        assertThat(check(report, "wasm-ld").ok()).isFalse();
        assertThat(report.install()).contains("clang-22 lld-22 llvm-22 libclang-rt-22-dev-wasm32");
        assertThat(report.toText()).contains("BAD  wasm-ld");
    }

    @Test
    void believesOnlyACompilerThatCompiles() throws Exception {
        // The fake has every name and the right version, but does nothing.
        HostReport report = examine("ID=debian\n");
        assertThat(check(report, "clang").ok()).isTrue();
        assertThat(check(report, "host programs").ok()).isFalse();
        assertThat(report.ok()).isFalse();
    }

    @Test
    void speaksJson() throws Exception {
        HostReport report = examine("ID=debian\n");
        Path file = directory.resolve("report.json");
        Files.writeString(file, report.toJson());
        JsonNode node = Json.read(file);
        assertThat(node.get("schema").asInt()).isEqualTo(1);
        assertThat(node.get("ok").asBoolean()).isFalse();
        assertThat(node.get("checks").size()).isEqualTo(report.checks().size());
        assertThat(node.get("install").asString()).isEqualTo(report.install());
    }

    @Test
    void saysSoWhereItDoesNotKnowThePackages() throws Exception {
        tools.remove("flex");
        HostReport report = examine("ID=nixos\nPRETTY_NAME=\"NixOS 26.05\"\n");
        assertThat(report.distribution()).isEqualTo("NixOS 26.05");
        assertThat(report.install()).startsWith("sudo apt-get install");
        assertThat(report.toText()).contains("none whose packages are known here");
        assertThat(examine("ID=mint\nID_LIKE=\"ubuntu debian\"\n").hints()).isEmpty();
        assertThat(examine("ID=rocky\nID_LIKE='rhel fedora'\n").install()).contains("dnf");
    }

    @Test
    void examinesTheMachineToo() throws Exception {
        HostReport report = examine("ID=debian\n");
        for (String name : List.of("system", "disk space", "memory", "file names")) {
            assertThat(check(report, name).found()).as(name).isNotEmpty();
        }
        assertThat(check(report, "system").ok())
                .isEqualTo(System.getProperty("os.name").equals("Linux"));
    }
}
