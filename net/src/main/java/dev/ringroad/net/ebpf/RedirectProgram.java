package dev.ringroad.net.ebpf;

import dev.ringroad.core.linux.Bpf;
import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.SystemCallException;

/**
 * Gives the frames of an interface's receive queues to {@code AF_XDP} sockets; those of queues
 * without a socket go on to the kernel. Closing it detaches it.
 */
public final class RedirectProgram implements AutoCloseable {

    /** In {@code struct xdp_md} ({@code linux/bpf.h}), the context of the program. */
    private static final int CONTEXT_RECEIVE_QUEUE = 16;

    private static final int HELPER_REDIRECT_MAP = 51;
    private static final int XDP_PASS = 2;

    private final Descriptor sockets;
    private final Descriptor program;
    private final Descriptor link;

    private RedirectProgram(Descriptor sockets, Descriptor program, Descriptor link) {
        this.sockets = sockets;
        this.program = program;
        this.link = link;
    }

    /**
     * Attaches the program, in the calling thread's network namespace.
     *
     * @param mode {@link Bpf#LINK_GENERIC} or {@link Bpf#LINK_NATIVE}
     * @param queues how many queues it knows, from 0
     * @param fragments whether frames may lie in several buffers
     */
    public static RedirectProgram attach(
            int interfaceIndex, int mode, int queues, boolean fragments)
            throws SystemCallException {
        Descriptor sockets = Bpf.socketMap(queues);
        try {
            Descriptor program = Bpf.loadXdp(code(sockets.number()), fragments ? Bpf.FRAGMENTS : 0);
            try {
                Descriptor link = Bpf.attachXdp(program, interfaceIndex, mode);
                return new RedirectProgram(sockets, program, link);
            } catch (Throwable t) {
                program.close();
                throw t;
            }
        } catch (Throwable t) {
            sockets.close();
            throw t;
        }
    }

    /** {@code return bpf_redirect_map(&sockets, context->rx_queue_index, XDP_PASS)}. */
    static byte[] code(int map) {
        return new Assembler()
                .loadWord(Assembler.R2, Assembler.R1, CONTEXT_RECEIVE_QUEUE)
                .loadMap(Assembler.R1, map)
                .move(Assembler.R3, XDP_PASS)
                .call(HELPER_REDIRECT_MAP)
                .exit()
                .code();
    }

    /** Gives a queue's frames to a bound socket from now on. */
    public void give(int queue, Descriptor socket) throws SystemCallException {
        Bpf.update(sockets, queue, socket);
    }

    /**
     * Ends the giving: what is left is the link, which keeps the program and its map for as long as
     * it is open, and is the caller's.
     */
    public Descriptor seal() {
        program.close();
        sockets.close();
        return link;
    }

    @Override
    public void close() {
        link.close();
        program.close();
        sockets.close();
    }
}
