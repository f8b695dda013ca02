package dev.ringroad.cli.forward;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.cli.common.Refusal;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class PortFilesTest {

    @TempDir private Path folder;

    private Path in;
    private Path out;

    @BeforeEach
    void makeInput() throws IOException {
        in = Files.createFile(folder.resolve("in.pcap"));
        out = folder.resolve("out.pcapng");
    }

    private static void check(@Nullable Path json, String... specs) {
        PortFiles.requireApart(PortSpecs.of(List.of(specs), List.of()), json);
    }

    private static void assertRefused(@Nullable Path json, String... specs) {
        assertThatThrownBy(() -> check(json, specs))
                .isInstanceOf(Refusal.class)
                .hasMessageMatching(".* (overwritten|twice); .*\\.");
    }

    @Test
    void keepsTheInputOfEachPort() throws IOException {
        assertRefused(null, "pcap:" + in + ",out=" + in);
        assertRefused(null, "pcap:" + in + ",capture=" + in);
        assertRefused(null, "pcap:-,out=" + in, "pcap:" + in);
        assertRefused(null, "nil:a,capture=" + folder + "/./in.pcap", "pcap:" + in);
        assertRefused(in, "pcap:" + in);
        Path link = Files.createSymbolicLink(folder.resolve("link"), in);
        assertRefused(null, "pcap:" + in + ",out=" + link);
        assertRefused(null, "pcap:" + link + ",out=" + in);
    }

    @Test
    void writesNoFileTwice() throws IOException {
        assertRefused(null, "pcap:-,out=" + out, "nil:a,capture=" + out);
        assertRefused(out, "pcap:" + in + ",out=" + out);
        Path folderLink = Files.createSymbolicLink(folder.resolve("folder"), folder);
        assertRefused(null, "nil:a,capture=" + out, "nil:b,capture=" + folderLink + "/out.pcapng");
    }

    @Test
    void letsTheRestPass() {
        assertThatCode(
                        () ->
                                check(
                                        folder.resolve("rows.json"),
                                        "pcap:" + in + ",out=" + out,
                                        "pcap:" + in,
                                        "nil:a,capture=/dev/null",
                                        "nil:b,capture=/dev/null",
                                        "memif:/tmp/a.sock"))
                .doesNotThrowAnyException();
    }
}
