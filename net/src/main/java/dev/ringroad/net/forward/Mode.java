package dev.ringroad.net.forward;

import java.util.Arrays;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What is done with frames, in testpmd's words. */
public enum Mode {
    /** See {@link IoForward}. */
    IO("io", Lanes.ACROSS, IoForward::new),
    /** See {@link MacForward}. */
    MAC("mac", Lanes.ACROSS, MacForward::new),
    /** See {@link MacSwap}. */
    MAC_SWAP("macswap", Lanes.ACROSS, MacSwap::new),
    /** See {@link RxOnly}. */
    RX_ONLY("rxonly", Lanes.BACK, RxOnly::new),
    /** See {@link TxOnly}. */
    TX_ONLY("txonly", Lanes.MAKING, TxOnly::new),
    /** See {@link FlowGen}. */
    FLOW_GEN("flowgen", Lanes.MAKING, FlowGen::new),
    /** See {@link IcmpEcho}. */
    ICMP_ECHO("icmpecho", Lanes.BACK, IcmpEcho::new),
    /** See {@link ChecksumForward}. */
    CHECKSUM("csum", Lanes.ACROSS, ChecksumForward::new),
    /** See {@link FiveTupleSwap}. */
    FIVE_TUPLE_SWAP("5tswap", Lanes.ACROSS, FiveTupleSwap::new);

    /** Where frames go. */
    private enum Lanes {
        /** From each port to the other of its pair. */
        ACROSS,
        /** Back to where they came from, if anywhere. */
        BACK,
        /** To each port, without having come from one. */
        MAKING
    }

    private final String word;
    private final Lanes lanes;
    private final Supplier<Engine> engine;

    Mode(String word, Lanes lanes, Supplier<Engine> engine) {
        this.word = word;
        this.lanes = lanes;
        this.engine = engine;
    }

    /**
     * The mode of a word.
     *
     * @throws IllegalArgumentException when there is none; the message has all words
     */
    public static Mode of(String word) {
        return Arrays.stream(values())
                .filter(mode -> mode.word.equals(word))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "There is no mode \"" + word + "\"; there are " + words()));
    }

    /** All words. */
    public static String words() {
        return Arrays.stream(values()).map(Mode::word).collect(Collectors.joining(", "));
    }

    /** Its word on the command line. */
    public String word() {
        return word;
    }

    /** Whether frames cross from one port of a pair to the other. */
    public boolean pairsPorts() {
        return lanes == Lanes.ACROSS;
    }

    /** Whether it makes frames, so that there is always work. */
    public boolean makesFrames() {
        return lanes == Lanes.MAKING;
    }

    /** A new engine, for one lane. */
    public Engine engine() {
        return engine.get();
    }
}
