package dev.ringroad.net.driver.afxdp;

import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.linux.UnixSeqPacket;
import dev.ringroad.core.linux.UnixSeqPacket.PeerCredentials;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.PoolPlacement;

import java.io.IOException;

/**
 * Opens a port again and again for processes that may not do it themselves: whoever connects to the
 * Unix socket gets the descriptors of sockets that are bound, of memory, and of the attached
 * program, and has the port for as long as it lives. With {@code afxdp:NAME,from=PATH} it becomes a
 * device there.
 *
 * <p>Who may connect is said by the rights of the socket's file. One thread at a time.
 */
public final class AfXdpHandover implements AutoCloseable {

    private final AfXdpOptions options;
    private final PoolPlacement place;
    private final UnixSeqPacket listener;

    private AfXdpHandover(AfXdpOptions options, PoolPlacement place, UnixSeqPacket listener) {
        this.options = options;
        this.place = place;
        this.listener = listener;
    }

    /**
     * Listens, after the port could be opened once for trial.
     *
     * @param spec as for {@link AfXdpDevice#open}, but for {@code umem} and {@code from}
     * @param path of the Unix socket
     * @throws IOException when the kernel refuses the port or the socket; the message says why
     */
    public static AfXdpHandover listen(DeviceSpec spec, String path) throws IOException {
        AfXdpOptions options = AfXdpOptions.take(spec);
        PoolPlacement place = PoolPlacement.takeShared(spec, options.visibleName());
        if (options.memory() != null) {
            throw spec.wrong("umem", options.memory(), "for the ports of one process");
        }
        spec.requireAllTaken();
        AfXdpPort.open(options, place).close();
        return new AfXdpHandover(options, place, UnixSeqPacket.listen(path, false));
    }

    /**
     * Waits for a process and serves it.
     *
     * @return a sentence on who has the port now or why not
     */
    public String serve() throws IOException {
        try (PollSet wait = new PollSet(1);
                UnixSeqPacket connection = next(wait)) {
            PeerCredentials peer = connection.peerCredentials();
            String who = "process " + peer.pid() + " of user " + peer.uid();
            try (AfXdpPort port = AfXdpPort.open(options, place)) {
                HandedPort.send(connection, options, port);
                return options.name() + " was handed to " + who;
            } catch (IOException e) {
                HandedPort.refuse(connection, String.valueOf(e.getMessage()));
                return who + " did not get " + options.name() + ": " + e.getMessage();
            }
        }
    }

    private UnixSeqPacket next(PollSet wait) throws IOException {
        while (true) {
            UnixSeqPacket connection = listener.accept();
            if (connection != null) {
                return connection;
            }
            wait.clear();
            wait.add(listener.descriptor().number(), PollSet.POLLIN);
            wait.poll(-1);
        }
    }

    /** Takes the socket's file away; ports that were handed over stay with those who have them. */
    @Override
    public void close() {
        listener.close();
    }
}
