package unmodified;

import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;

import java.net.InetSocketAddress;

/** Jetty that answers with the request's body: {@code JettyServer HOST PORT}. */
public final class JettyServer {
    private JettyServer() {}

    public static void main(String[] args) throws Exception {
        Server server = new Server(new InetSocketAddress(args[0], Integer.parseInt(args[1])));
        server.setHandler(
                new Handler.Abstract() {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback) {
                        Content.copy(request, response, callback);
                        return true;
                    }
                });
        server.start();
        System.out.println("READY");
        server.join();
    }
}
