package dev.ringroad.core.memory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class NumaNodesTest {

    @TempDir private Path sysfs;

    private void device(String name, String node) throws IOException {
        Path folder = sysfs.resolve("class/net").resolve(name).resolve("device");
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("numa_node"), node);
    }

    @Test
    void findsTheNodeOfAnAdapter() throws IOException {
        Files.createDirectories(sysfs.resolve("devices/system/node/node0"));
        Files.createDirectories(sysfs.resolve("devices/system/node/node1"));
        device("near", "1\n");
        device("none", "-1\n");
        device("gone", "7\n");
        device("odd", "one\n");
        NumaNodes nodes = new NumaNodes(sysfs);
        assertThat(nodes.ofInterface("near")).isEqualTo(1);
        assertThat(nodes.ofInterface("none")).isEqualTo(NumaNodes.NONE);
        assertThat(nodes.ofInterface("gone")).isEqualTo(NumaNodes.NONE);
        assertThat(nodes.ofInterface("odd")).isEqualTo(NumaNodes.NONE);
        assertThat(nodes.ofInterface("virtual")).isEqualTo(NumaNodes.NONE);
        assertThat(nodes.exists(1)).isTrue();
        assertThat(nodes.exists(2)).isFalse();
        assertThat(nodes.exists(-1)).isFalse();
    }

    @Test
    void knowsThisMachinesFirstNode() {
        assertThat(NumaNodes.here().exists(0)).isTrue();
        assertThat(NumaNodes.here().ofInterface("lo")).isEqualTo(NumaNodes.NONE);
    }
}
