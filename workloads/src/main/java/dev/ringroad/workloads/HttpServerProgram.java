package dev.ringroad.workloads;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;

/**
 * The JDK's own HTTP server with one short page, until it is ended from outside or a client asks
 * for {@code /end}.
 *
 * <p>Arguments: {@code host= port= body=} (bytes of the page).
 */
public final class HttpServerProgram {
    private static final int BACKLOG = 64;

    private HttpServerProgram() {}

    /** Runs the server; see the class. */
    public static void main(String[] words) throws IOException, InterruptedException {
        Arguments arguments = Arguments.of(words);
        Lifeline.watch(arguments);
        byte[] page = new byte[arguments.number("body", 128)];
        Arrays.fill(page, (byte) 'r');
        CountDownLatch end = new CountDownLatch(1);
        HttpServer server = HttpServer.create(arguments.address(), BACKLOG);
        server.createContext("/", exchange -> answer(exchange, page));
        server.createContext(
                "/end",
                exchange -> {
                    answer(exchange, page);
                    end.countDown();
                });
        server.start();
        Ready.say(server.getAddress().getPort());
        end.await();
        server.stop(0);
    }

    private static void answer(HttpExchange exchange, byte[] page) throws IOException {
        try (exchange) {
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
        }
    }
}
