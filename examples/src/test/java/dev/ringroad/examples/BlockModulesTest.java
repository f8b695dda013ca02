package dev.ringroad.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.nvme.block.BlockCounts;
import dev.ringroad.nvme.block.BlockOperation;

import org.junit.jupiter.api.Test;

final class BlockModulesTest {

    @Test
    void everyWriteIsCountedOnce() throws Exception {
        BlockCounts counts = BlockModules.run();

        assertThat(counts.requests(BlockOperation.WRITE)).isEqualTo(10_000);
        assertThat(counts.failures(BlockOperation.WRITE)).isZero();
    }
}
