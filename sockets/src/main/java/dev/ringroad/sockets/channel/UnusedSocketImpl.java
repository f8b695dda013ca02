package dev.ringroad.sockets.channel;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.net.SocketImpl;

/**
 * Stands where {@link java.net.ServerSocket}'s constructor insists on an implementation. The
 * adaptor overrides every method that would use it.
 */
final class UnusedSocketImpl extends SocketImpl {
    private static AssertionError used() {
        return new AssertionError("the adaptor overrides whatever uses this");
    }

    @Override
    protected void create(boolean stream) {
        throw used();
    }

    @Override
    protected void connect(String host, int port) {
        throw used();
    }

    @Override
    protected void connect(InetAddress address, int port) {
        throw used();
    }

    @Override
    protected void connect(SocketAddress address, int timeout) {
        throw used();
    }

    @Override
    protected void bind(InetAddress host, int port) {
        throw used();
    }

    @Override
    protected void listen(int backlog) {
        throw used();
    }

    @Override
    protected void accept(SocketImpl s) {
        throw used();
    }

    @Override
    protected InputStream getInputStream() {
        throw used();
    }

    @Override
    protected OutputStream getOutputStream() {
        throw used();
    }

    @Override
    protected int available() {
        throw used();
    }

    @Override
    protected void close() {
        // Nothing was ever opened.
    }

    @Override
    protected void sendUrgentData(int data) {
        throw used();
    }

    @Override
    public void setOption(int name, Object value) {
        throw used();
    }

    @Override
    public Object getOption(int name) {
        throw used();
    }
}
