package dev.ringroad.cli.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.nvme.block.BlockClaim;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.file.FileBlocks;
import dev.ringroad.nvme.block.file.FileOptions;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;

final class NvmeRebuildCommandTest {
    @TempDir private Path folder;
    private Path first;
    private Path second;
    private String mirror = "";

    @BeforeEach
    void makeLegs() throws IOException {
        byte[] content = new byte[3 << 20];
        new Random(1).nextBytes(content);
        first = Files.write(folder.resolve("a"), content);
        new Random(2).nextBytes(content);
        second = Files.write(folder.resolve("b"), content);
        mirror = "mirror(file:" + first + ",file:" + second + ")";
    }

    @Test
    void theGoodLegIsCopiedToTheOther() throws Exception {
        byte[] good = Files.readAllBytes(second);
        Typed run = Typed.run("rebuild", mirror, "--good", "1").isDone();
        assertThat(run.out())
                .isEqualTo("Leg 0, file:%s, holds what leg 1 holds: 3.0 MiB.%n".formatted(first));
        assertThat(first).hasBinaryContent(good);
        assertThat(second).hasBinaryContent(good);
    }

    @Test
    void theResultIsToldAsJson() throws Exception {
        Typed run = Typed.run("rebuild", mirror, "--good", "0", "--json").isDone();
        Map<?, ?> json = Typed.object(run.out());
        assertThat(json.get("good")).isEqualTo("file:" + first);
        assertThat(json.get("bytes")).isEqualTo(3145728.0);
        assertThat(Files.mismatch(first, second)).isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mirror(memory:1m,memory:1m) | 2",
                "mirror(memory:1m,memory:1m) | -1",
                "mirror(memory:1m) | 0",
                "mirror,stale=1(memory:1m,memory:1m) | 0",
                "stripe:4k(memory:1m,memory:1m) | 0",
                "memory:1m | 0",
                "nonsense | 0"
            })
    void whatIsNoMirrorOrNoLegIsRefused(String text, String good) {
        Typed.run("rebuild", text, "--good", good).isRefused(Refusal.WRONG_USE);
    }

    @Test
    void aLegThatCannotBeWrittenIsTold() {
        Typed.run(
                        "rebuild",
                        "mirror(memory:1m,fault:media-error,on=write@memory:1m)",
                        "--good",
                        "0")
                .isRefused(Refusal.FAILED, "the medium failed");
        Typed.run("rebuild", "mirror(memory:1m,file:" + folder + "/none)", "--good", "0")
                .isRefused(Refusal.FAILED, "there is no such file");
    }

    @Test
    void aLegThatIsClaimedIsLeftAlone() throws Exception {
        byte[] before = Files.readAllBytes(second);
        try (BlockDevice leg = FileBlocks.open(second, FileOptions.ordinary());
                BlockClaim _ = leg.claim()) {
            Typed.run("rebuild", mirror, "--good", "0").isRefused(Refusal.FAILED, "is in use");
        }
        assertThat(second).hasBinaryContent(before);
    }
}
