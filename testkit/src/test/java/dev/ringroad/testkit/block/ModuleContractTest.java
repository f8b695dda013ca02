package dev.ringroad.testkit.block;

import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.ConcatDevice;
import dev.ringroad.nvme.block.DelayDevice;
import dev.ringroad.nvme.block.FallbackDevice;
import dev.ringroad.nvme.block.FaultDevice;
import dev.ringroad.nvme.block.LimitedDevice;
import dev.ringroad.nvme.block.MemoryDevice;
import dev.ringroad.nvme.block.MirrorDevice;
import dev.ringroad.nvme.block.PassthroughDevice;
import dev.ringroad.nvme.block.SliceDevice;
import dev.ringroad.nvme.block.StatisticsDevice;
import dev.ringroad.nvme.block.StripeDevice;

import org.junit.jupiter.api.Nested;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Every device that is made of others keeps the contract of devices. */
class ModuleContractTest {

    /** Devices of memory below the one that is tried. */
    abstract static class OverMemory extends BlockDeviceContract {
        private final List<BlockDevice> below = new ArrayList<>();

        BlockDevice memory(int blockBytes, long blocks) throws IOException {
            BlockDevice device = MemoryDevice.create("memory " + below.size(), blockBytes, blocks);
            below.add(device);
            return device;
        }

        @Override
        protected void close(BlockDevice device) throws Exception {
            device.close();
            for (BlockDevice leg : below) {
                leg.close();
            }
        }
    }

    @Nested
    class Stripe extends OverMemory {
        @Override
        protected BlockDevice open() throws Exception {
            return StripeDevice.of(
                    "stripe", List.of(memory(512, 40), memory(512, 100), memory(512, 41)), 4 * 512);
        }
    }

    @Nested
    class StripeOfUnlikeBlocks extends OverMemory {
        @Override
        protected BlockDevice open() throws Exception {
            return StripeDevice.of("stripe", List.of(memory(512, 801), memory(4096, 90)), 3 * 4096);
        }
    }

    @Nested
    class StripeOfOne extends OverMemory {
        @Override
        protected BlockDevice open() throws Exception {
            return StripeDevice.of("stripe", List.of(memory(512, 70)), 512);
        }
    }

    @Nested
    class Mirror extends OverMemory {
        @Override
        protected BlockDevice open() throws Exception {
            return MirrorDevice.of("mirror", List.of(memory(512, 100), memory(512, 80)));
        }
    }

    @Nested
    class MirrorOfStripes extends OverMemory {
        @Override
        protected BlockDevice open() throws Exception {
            return MirrorDevice.of(
                    "mirror",
                    List.of(
                            StripeDevice.of("a", List.of(memory(512, 50), memory(512, 50)), 1024),
                            StripeDevice.of("b", List.of(memory(512, 90), memory(512, 60)), 512)));
        }
    }

    @Nested
    class Concatenation extends OverMemory {
        @Override
        protected BlockDevice open() throws Exception {
            return ConcatDevice.of(
                    "concat",
                    List.of(
                            memory(512, 7),
                            memory(512, 0),
                            memory(512, 3),
                            memory(512, 60),
                            memory(512, 1)));
        }
    }

    @Nested
    class Slice extends OverMemory {
        @Override
        protected BlockDevice open() throws Exception {
            return SliceDevice.of("slice", memory(4096, 100), 13, 80);
        }
    }

    @Nested
    class Delay extends OverMemory {
        @Override
        protected BlockDevice open() throws Exception {
            return new DelayDevice("delay", memory(512, 100), 20_000);
        }
    }

    @Nested
    class Limited extends OverMemory {
        @Override
        protected BlockDevice open() throws Exception {
            return new LimitedDevice("limited", memory(512, 100), 100_000, 100 << 20);
        }
    }

    @Nested
    class Fault extends OverMemory {
        @Override
        protected BlockDevice open() throws Exception {
            return new FaultDevice("fault", memory(512, 100));
        }
    }

    @Nested
    class Statistics extends OverMemory {
        @Override
        protected BlockDevice open() throws Exception {
            return new StatisticsDevice("statistics", memory(512, 100));
        }
    }

    @Nested
    class Passthrough extends OverMemory {
        @Override
        protected BlockDevice open() throws Exception {
            return PassthroughDevice.of("passthrough", memory(512, 100));
        }
    }

    @Nested
    class ReadOnly extends OverMemory {
        @Override
        protected BlockDevice open() throws Exception {
            return PassthroughDevice.readOnly("read-only", memory(512, 100));
        }
    }

    @Nested
    class Fallback extends OverMemory {
        @Override
        protected BlockDevice open() throws Exception {
            return new FallbackDevice(new PlainDevice(memory(512, 100)));
        }
    }
}
