package dev.ringroad.cli.uring;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.cli.common.ServingEnd;
import dev.ringroad.cli.common.Subcommand;
import dev.ringroad.core.linux.FileTrouble;
import dev.ringroad.uring.serve.EchoHandler;
import dev.ringroad.uring.serve.FileService;
import dev.ringroad.uring.serve.ServerThreads;
import dev.ringroad.uring.socket.ServerConfig;
import dev.ringroad.uring.socket.ServerStatistics;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Serves an echo, or files over HTTP, through io_uring. */
@Command(
        name = "serve",
        description = {
            "Serves through io_uring until Ctrl-C, and says at the end what was done.",
            "",
            "WHAT is one of these:",
            "  echo: sends back what comes",
            "  files: the files below --root over HTTP/1.1, to GET and HEAD"
        },
        footer = {
            "",
            "Examples:",
            "  ringroad uring serve echo --port 7000",
            "  ringroad uring serve files --root /srv/www --port 8080 --threads 2"
        })
final class UringServeCommand extends Subcommand {
    private static final int THREADS_MAX = 256;
    private static final int PORT_MAX = 65535;
    private static final long IDLE_MILLIS = 60_000;
    private static final int FILE_BUFFER_BYTES = 64 * 1024;
    private static final int FILE_BUFFERS_MAX = 256;
    private static final long END_SECONDS = 10;

    @Parameters(paramLabel = "WHAT", description = "What to serve; see above.")
    private String what = "";

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS",
            description = "Address of this machine; the loopback if not given.")
    private String listen = "127.0.0.1";

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "Port; a free one if not given, or 0.")
    private int port;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads with a ring each, which share the port; 1 if not given.")
    private int threads = 1;

    @Option(
            names = "--root",
            paramLabel = "DIRECTORY",
            description = "Where the files are; the working directory if not given.")
    private Path root = Path.of(".");

    @Option(
            names = "--connections-max",
            paramLabel = "N",
            description = "Connections of each thread at a time; 1024 if not given.")
    private int connectionsMax = 1024;

    /** Used by picocli. */
    UringServeCommand() {}

    @Override
    public void run() {
        check();
        ServerConfig config = ServerConfig.of(address(), connectionsMax);
        try (ServerThreads server = start(config)) {
            InetSocketAddress at = (InetSocketAddress) server.address();
            String where = at.getAddress().getHostAddress() + ", port " + at.getPort();
            System.out.println("Serving " + what + " at " + where + "; Ctrl-C ends it.");
            System.out.flush();
            awaitEnd(server);
        } catch (IOException e) {
            throw Refusal.failed("Cannot serve: " + FileTrouble.words(e) + ".");
        }
    }

    private void check() {
        if (!what.equals("echo") && !what.equals("files")) {
            throw Refusal.wrongUse("What to serve is echo or files, not \"" + what + "\".");
        }
        if (port < 0 || port > PORT_MAX) {
            throw Refusal.wrongUse("A port is 0 to " + PORT_MAX + ", not " + port + ".");
        }
        if (threads < 1 || threads > THREADS_MAX) {
            throw Refusal.wrongUse("There are 1 to " + THREADS_MAX + " threads, not " + threads);
        }
        if (connectionsMax < 1 || connectionsMax > ServerConfig.CONNECTIONS_MAX) {
            throw Refusal.wrongUse(
                    "A thread has 1 to "
                            + ServerConfig.CONNECTIONS_MAX
                            + " connections, not "
                            + connectionsMax
                            + ".");
        }
        if (what.equals("files") && !Files.isDirectory(root)) {
            throw Refusal.wrongUse("There is no directory " + root + "; name one with --root.");
        }
    }

    private InetSocketAddress address() {
        try {
            return new InetSocketAddress(InetAddress.getByName(listen), port);
        } catch (UnknownHostException e) {
            throw Refusal.wrongUse("--listen is an address of this machine, not " + listen + ".");
        }
    }

    private ServerThreads start(ServerConfig config) throws IOException {
        if (what.equals("echo")) {
            return ServerThreads.start(config, threads, 0, _ -> new EchoHandler());
        }
        int buffers = Math.min(FILE_BUFFERS_MAX, Math.max(4, 2 * connectionsMax));
        return ServerThreads.start(
                config.withIdleMillis(IDLE_MILLIS).withSendBuffers(buffers, FILE_BUFFER_BYTES),
                threads,
                connectionsMax * FileService.REQUESTS_A_CONNECTION,
                loop -> FileService.of(loop, root));
    }

    /** Serves until the process is told to end, and tells what was done. */
    private static void awaitEnd(ServerThreads server) throws IOException {
        ServingEnd end = new ServingEnd(END_SECONDS);
        end.await(server::failure);
        server.close();
        System.out.println(words(server.statistics()));
        System.out.flush();
        end.done();
    }

    /** What was done, in a sentence. */
    static String words(ServerStatistics all) {
        return all.accepted()
                + " connections, "
                + all.bytesReceived()
                + " bytes received and "
                + all.bytesSent()
                + " sent; "
                + all.resets()
                + " connections were reset and "
                + all.timeOuts()
                + " timed out, accepting failed "
                + all.acceptErrors()
                + " times, "
                + all.pauses()
                + " times a peer did not read, "
                + all.starved()
                + " times there was no buffer to receive into.";
    }
}
