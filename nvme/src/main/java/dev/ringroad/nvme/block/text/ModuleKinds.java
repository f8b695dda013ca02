package dev.ringroad.nvme.block.text;

import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.BlockOperation;
import dev.ringroad.nvme.block.BlockStatus;
import dev.ringroad.nvme.block.ConcatDevice;
import dev.ringroad.nvme.block.DelayDevice;
import dev.ringroad.nvme.block.FallbackDevice;
import dev.ringroad.nvme.block.Fault;
import dev.ringroad.nvme.block.FaultDevice;
import dev.ringroad.nvme.block.LimitedDevice;
import dev.ringroad.nvme.block.MemoryDevice;
import dev.ringroad.nvme.block.MirrorDevice;
import dev.ringroad.nvme.block.NullDevice;
import dev.ringroad.nvme.block.PassthroughDevice;
import dev.ringroad.nvme.block.SliceDevice;
import dev.ringroad.nvme.block.StripeDevice;
import dev.ringroad.nvme.block.gpt.PartitionTable;
import dev.ringroad.nvme.block.text.BlockKind.Below;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The devices of {@code nvme.block} that a text can name. */
final class ModuleKinds {
    private static final int BLOCK_BYTES = 512;

    private ModuleKinds() {}

    static List<BlockKind> all() {
        return Stream.of(sources(), composed(), parts(), altered()).flatMap(List::stream).toList();
    }

    /** Devices by themselves. */
    private static List<BlockKind> sources() {
        return List.of(
                BlockKind.of(
                        "memory",
                        "memory:BYTES[,block=BYTES]",
                        "zeroes at first, in memory until it is closed",
                        Below.NONE,
                        Set.of("block"),
                        (spec, _) -> memory(spec)),
                BlockKind.of(
                        "null",
                        "null:BYTES[,block=BYTES]",
                        "zeroes; forgets what is written",
                        Below.NONE,
                        Set.of("block"),
                        (spec, _) -> nothing(spec)));
    }

    /** Devices made of several. */
    private static List<BlockKind> composed() {
        return List.of(
                BlockKind.of(
                        "stripe",
                        "stripe:CHUNK(DEVICE,DEVICE…)",
                        "dealt out to devices in turn, a chunk each",
                        Below.SEVERAL,
                        Set.of(),
                        ModuleKinds::stripe),
                BlockKind.of(
                        "mirror",
                        "mirror[,stale=N][,rebuild=N](DEVICE,DEVICE…)",
                        "the same on all devices, counted from 0; a stale one is left out, or rebuilt"
                                + " meanwhile",
                        Below.SEVERAL,
                        Set.of("stale", "rebuild"),
                        ModuleKinds::mirror),
                BlockKind.of(
                        "concat",
                        "concat(DEVICE,DEVICE…)",
                        "one device behind the other",
                        Below.SEVERAL,
                        Set.of(),
                        (spec, below) -> ConcatDevice.of(nameOf(spec), below)));
    }

    /** Parts of a device. */
    private static List<BlockKind> parts() {
        return List.of(
                BlockKind.of(
                        "slice",
                        "slice[,from=BYTES][,size=BYTES]@DEVICE",
                        "a part of a device",
                        Below.ONE,
                        Set.of("from", "size"),
                        (spec, below) -> slice(spec, below.getFirst())),
                BlockKind.of(
                        "partition",
                        "partition:N@DEVICE",
                        "a partition of a device with a GPT",
                        Below.ONE,
                        Set.of(),
                        (spec, below) -> partition(spec, below.getFirst())));
    }

    /** A device that does less, more or something else. */
    private static List<BlockKind> altered() {
        return List.of(
                BlockKind.of(
                        "delay",
                        "delay:TIME@DEVICE",
                        "each request so much later",
                        Below.ONE,
                        Set.of(),
                        (spec, below) -> delay(spec, below.getFirst())),
                BlockKind.of(
                        "limit",
                        "limit[,requests=N][,bytes=BYTES]@DEVICE",
                        "so many requests or bytes a second at most",
                        Below.ONE,
                        Set.of("requests", "bytes"),
                        (spec, below) -> limit(spec, below.getFirst())),
                BlockKind.of(
                        "fault",
                        "fault:STATUS[,on=OPERATION][,one-in=N][,seed=N][,after=N][,times=N]@DEVICE",
                        "requests fail, with a status such as media-error; corrupt changes reads",
                        Below.ONE,
                        Set.of("on", "one-in", "seed", "after", "times"),
                        (spec, below) -> fault(spec, below.getFirst())),
                BlockKind.of(
                        "readonly",
                        "readonly@DEVICE",
                        "nothing can be changed",
                        Below.ONE,
                        Set.of(),
                        (spec, below) ->
                                PassthroughDevice.readOnly(nameOf(spec), below.getFirst())),
                BlockKind.of(
                        "fallback",
                        "fallback@DEVICE",
                        "writes zeroes and compares by other means where the device cannot",
                        Below.ONE,
                        Set.of(),
                        (_, below) -> new FallbackDevice(below.getFirst())));
    }

    private static String nameOf(BlockSpec spec) {
        return spec.toString();
    }

    private static int blockBytes(BlockSpec spec) {
        return Math.toIntExact(spec.bytes("block", BLOCK_BYTES));
    }

    private static BlockDevice memory(BlockSpec spec) throws IOException {
        int blockBytes = blockBytes(spec);
        return MemoryDevice.create(nameOf(spec), blockBytes, spec.addressBytes() / blockBytes);
    }

    private static BlockDevice nothing(BlockSpec spec) {
        int blockBytes = blockBytes(spec);
        return new NullDevice(nameOf(spec), blockBytes, spec.addressBytes() / blockBytes);
    }

    private static BlockDevice stripe(BlockSpec spec, List<BlockDevice> below) {
        long chunk = Amounts.bytes("The chunk of stripe", spec.address());
        return StripeDevice.of(nameOf(spec), below, Math.toIntExact(chunk));
    }

    private static BlockDevice mirror(BlockSpec spec, List<BlockDevice> below) {
        Set<Integer> stale = new TreeSet<>();
        for (String option : List.of("stale", "rebuild")) {
            if (spec.option(option) != null) {
                boolean ignored = stale.add(leg(spec, option));
            }
        }
        MirrorDevice mirror = MirrorDevice.of(nameOf(spec), below, stale);
        if (spec.option("rebuild") != null) {
            mirror.startRebuild(leg(spec, "rebuild"));
        }
        return mirror;
    }

    private static int leg(BlockSpec spec, String option) {
        return (int) Math.min(Integer.MAX_VALUE, spec.count(option, 0));
    }

    private static BlockDevice slice(BlockSpec spec, BlockDevice below) {
        int blockBytes = below.geometry().blockBytes();
        long from = spec.option("from") == null ? 0 : spec.bytes("from", 0);
        if (from % blockBytes != 0) {
            throw new BlockTextException(
                    spec.what("from") + " is a multiple of the block's " + blockBytes + " bytes");
        }
        long first = from / blockBytes;
        long rest = Math.max(0, below.geometry().blocks() - first);
        long blocks = spec.bytes("size", rest * blockBytes) / blockBytes;
        return SliceDevice.of(nameOf(spec), below, first, blocks);
    }

    private static BlockDevice partition(BlockSpec spec, BlockDevice below) throws IOException {
        long number = Amounts.count("The address of partition", spec.address());
        int clamped = (int) Math.min(Integer.MAX_VALUE, number);
        return PartitionTable.read(below).open(nameOf(spec), below, clamped);
    }

    private static BlockDevice delay(BlockSpec spec, BlockDevice below) {
        return new DelayDevice(
                nameOf(spec), below, Amounts.nanos("The address of delay", spec.address()));
    }

    private static BlockDevice limit(BlockSpec spec, BlockDevice below) {
        return new LimitedDevice(
                nameOf(spec), below, spec.count("requests", 0), spec.bytes("bytes", 0));
    }

    private static BlockDevice fault(BlockSpec spec, BlockDevice below) {
        String address = spec.requireAddress("a status");
        Fault fault =
                address.equals("corrupt")
                        ? Fault.corrupt()
                        : Fault.fail(constant(BlockStatus.class, "A status", address));
        String on = spec.option("on");
        if (on != null) {
            fault = fault.on(constant(BlockOperation.class, spec.what("on"), on));
        }
        fault =
                fault.after(spec.count("after", 0))
                        .times(spec.count("times", Long.MAX_VALUE))
                        .oneIn(spec.count("one-in", 1), spec.count("seed", 0));
        FaultDevice device = new FaultDevice(nameOf(spec), below);
        device.set(fault);
        return device;
    }

    /** A constant as a text has it: {@code media-error} is MEDIA_ERROR. */
    private static <E extends Enum<E>> E constant(Class<E> type, String what, String word) {
        for (E constant : type.getEnumConstants()) {
            if (wordOf(constant).equals(word)) {
                return constant;
            }
        }
        throw new BlockTextException(
                what
                        + " is one of "
                        + Arrays.stream(type.getEnumConstants())
                                .map(ModuleKinds::wordOf)
                                .collect(Collectors.toCollection(TreeSet::new))
                        + ", not \""
                        + word
                        + "\"");
    }

    private static String wordOf(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
