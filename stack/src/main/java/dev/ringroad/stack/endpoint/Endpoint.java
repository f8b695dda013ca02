package dev.ringroad.stack.endpoint;

import dev.ringroad.stack.ip.IpAddress;

import org.jspecify.annotations.Nullable;

/**
 * Whatever an application can wait for: a TCP connection, a listener, a UDP endpoint.
 *
 * <p>An endpoint belongs to its stack's owner: every method is called by the one thread that owns
 * the stack at that moment, and the observer is told by the same thread.
 */
public abstract class Endpoint {
    /** There is something to read, or the end of the stream, or an error. */
    public static final int READ = 1;

    /** There is room to write, or an error. */
    public static final int WRITE = 2;

    /** A connection waits to be accepted. */
    public static final int ACCEPT = 4;

    /** A connect has come to its end, well or not. */
    public static final int CONNECT = 8;

    /** {@link #error()} is not 0. */
    public static final int ERROR = 16;

    /** Both directions are over. */
    public static final int HANGUP = 32;

    /** Told when an endpoint may have become ready. */
    public interface Observer {
        /**
         * Bits may have appeared. Called by the stack's owner in the middle of protocol work, so it
         * may only note the endpoint and unpark threads: never call back into the stack, never
         * block.
         *
         * @param ready the endpoint's {@link Endpoint#ready()} at this moment
         */
        void readyChanged(Endpoint endpoint, int ready);
    }

    /** For the observer's use. */
    public @Nullable Object attachment;

    private @Nullable Observer observer;

    /** For the layers that extend it. */
    protected Endpoint() {}

    /** The bits that hold now; level-triggered. */
    public abstract int ready();

    /** 0, or the endpoint's sticky error: a negative code of its layer. */
    public abstract int error();

    /** The bound address; any when not bound or bound to all. */
    public abstract IpAddress localAddress();

    /** The bound port; 0 when not bound. */
    public abstract int localPort();

    /** The peer's address; any when there is none. */
    public abstract IpAddress remoteAddress();

    /** The peer's port; 0 when there is none. */
    public abstract int remotePort();

    /** Sets the one observer; null takes it away. */
    public final void observer(@Nullable Observer newObserver) {
        observer = newObserver;
    }

    /** Tells the observer, if there is one. */
    protected final void readyChanged() {
        Observer told = observer;
        if (told != null) {
            told.readyChanged(this, ready());
        }
    }
}
