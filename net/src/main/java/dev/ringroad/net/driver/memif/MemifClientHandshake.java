package dev.ringroad.net.driver.memif;

import dev.ringroad.net.driver.memif.MemifMessage.Ack;
import dev.ringroad.net.driver.memif.MemifMessage.Connect;
import dev.ringroad.net.driver.memif.MemifMessage.Connected;
import dev.ringroad.net.driver.memif.MemifMessage.Disconnect;
import dev.ringroad.net.driver.memif.MemifMessage.Hello;
import dev.ringroad.net.driver.memif.MemifMessage.Init;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayDeque;

/**
 * What a client says until its server has taken everything. It does no I/O: messages go in, the
 * next one to send comes out, one for each received as servers expect.
 */
final class MemifClientHandshake {

    private static final String NAME = "ringroad";

    private enum State {
        WANTS_HELLO,
        OFFERS,
        CONNECTED
    }

    /** Makes what is offered, once the server's limits are known. */
    interface OfferMaker {
        /**
         * The messages that offer regions and rings, in order.
         *
         * @throws IOException if the memory can't be had
         */
        Iterable<Outgoing> offer(int ringLog2) throws IOException;
    }

    /**
     * A message to send.
     *
     * @param descriptor that goes with it, or -1
     */
    record Outgoing(MemifMessage message, int descriptor) {
        Outgoing(MemifMessage message) {
            this(message, -1);
        }
    }

    private final MemifConfig config;
    private final OfferMaker maker;
    private final ArrayDeque<Outgoing> script = new ArrayDeque<>();
    private State state = State.WANTS_HELLO;

    MemifClientHandshake(MemifConfig config, OfferMaker maker) {
        this.config = config;
        this.maker = maker;
    }

    /** Whether the server has taken everything: the rings may be used. */
    boolean connected() {
        return state == State.CONNECTED;
    }

    /**
     * Takes a message.
     *
     * @return what to send now, or null for nothing
     * @throws MemifProtocolException if the server breaks the protocol or leaves
     * @throws IOException if the memory to offer can't be had
     */
    @Nullable Outgoing receive(MemifMessage message) throws MemifProtocolException, IOException {
        return switch (message) {
            case Hello hello -> hello(hello);
            case Ack _ -> ack();
            case Connected _ -> connected(message);
            case Disconnect bye ->
                    throw new MemifProtocolException("The server left: " + bye.reason());
            default ->
                    throw new MemifProtocolException(
                            "A server does not send " + message.getClass().getSimpleName() + ".");
        };
    }

    private @Nullable Outgoing hello(Hello hello) throws MemifProtocolException, IOException {
        if (state != State.WANTS_HELLO) {
            throw new MemifProtocolException("HELLO came out of order.");
        }
        if (hello.versionMin() > MemifMessage.VERSION
                || hello.versionMax() < MemifMessage.VERSION) {
            throw new MemifProtocolException("The server does not speak version 2.0.");
        }
        int regionsNeeded = config.zeroCopy() ? 2 : 1;
        if (hello.regionIndexMax() + 1 < regionsNeeded) {
            throw new MemifProtocolException(
                    "The server takes "
                            + (hello.regionIndexMax() + 1)
                            + " regions, "
                            + regionsNeeded
                            + " are needed.");
        }
        int ringLog2 = Math.min(config.ringLog2(), hello.ringLog2Max());
        script.add(
                new Outgoing(
                        new Init(
                                MemifMessage.VERSION,
                                config.interfaceId(),
                                MemifMessage.MODE_ETHERNET,
                                config.secret(),
                                NAME)));
        for (Outgoing offer : maker.offer(ringLog2)) {
            script.add(offer);
        }
        script.add(new Outgoing(new Connect(config.interfaceName())));
        state = State.OFFERS;
        return script.poll();
    }

    private @Nullable Outgoing ack() throws MemifProtocolException {
        Outgoing next = state == State.OFFERS ? script.poll() : null;
        if (next == null) {
            throw new MemifProtocolException("ACK came out of order.");
        }
        return next;
    }

    private @Nullable Outgoing connected(MemifMessage message) throws MemifProtocolException {
        if (state != State.OFFERS || !script.isEmpty()) {
            throw new MemifProtocolException(
                    message.getClass().getSimpleName() + " came out of order.");
        }
        state = State.CONNECTED;
        return null;
    }
}
