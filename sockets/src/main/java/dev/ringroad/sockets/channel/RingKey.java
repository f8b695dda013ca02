package dev.ringroad.sockets.channel;

import dev.ringroad.stack.endpoint.Endpoint;
import dev.ringroad.stack.socket.Registration;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectionKey;

/**
 * A channel's registration with a {@link MixedSelector}. It may stand for a key of the inner kernel
 * selector, for an endpoint of the stack, for both or, while a channel has not decided yet, for
 * none.
 */
final class RingKey extends AbstractSelectionKey {
    private static final VarHandle INTEREST;

    static {
        try {
            INTEREST = MethodHandles.lookup().findVarHandle(RingKey.class, "interest", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final MixedSelector selector;
    private final SelectableChannel channel;
    private final @Nullable MixedChannel mixed;

    private volatile int interest;
    private volatile int ready;

    /** Place in the selected-key set, -1 when not there. Owned by whoever owns that set. */
    int selectedIndex = -1;

    /** What its sides were found ready for in the selection under way. */
    int found;

    /** The stack's side; written with the stack's lock held. */
    volatile @Nullable Registration registration;

    private volatile @Nullable SelectionKey kernelKey;

    RingKey(MixedSelector selector, SelectableChannel channel, int ops) {
        this.selector = selector;
        this.channel = channel;
        this.mixed = channel instanceof MixedChannel m ? m : null;
        this.interest = ops;
    }

    @Override
    public SelectableChannel channel() {
        return channel;
    }

    @Override
    public Selector selector() {
        return selector;
    }

    private void ensureValid() {
        if (!isValid()) {
            throw new CancelledKeyException();
        }
    }

    private void checkOps(int ops) {
        ensureValid();
        if ((ops & ~channel.validOps()) != 0) {
            throw new IllegalArgumentException();
        }
    }

    @Override
    public int interestOps() {
        ensureValid();
        return interest;
    }

    @Override
    public SelectionKey interestOps(int ops) {
        checkOps(ops);
        int before = (int) INTEREST.getAndSet(this, ops);
        if (before != ops) {
            interestChanged();
        }
        return this;
    }

    @Override
    public int interestOpsOr(int ops) {
        checkOps(ops);
        int before = (int) INTEREST.getAndBitwiseOr(this, ops);
        if ((before | ops) != before) {
            interestChanged();
        }
        return before;
    }

    @Override
    public int interestOpsAnd(int ops) {
        ensureValid();
        int before = (int) INTEREST.getAndBitwiseAnd(this, ops);
        if ((before & ops) != before) {
            interestChanged();
        }
        return before;
    }

    private void interestChanged() {
        SelectionKey inner = kernelKey;
        if (inner != null) {
            try {
                inner.interestOps(interest);
            } catch (CancelledKeyException _) {
                // The kernel's side was closed meanwhile; the next selection drops this key too.
                return;
            }
        }
        refreshStackInterest();
    }

    /** Tells the stack what this key waits for, when the stack has a side of the channel. */
    void refreshStackInterest() {
        if (registration != null) {
            selector.refreshStackInterest(this);
        }
    }

    @Override
    public int readyOps() {
        ensureValid();
        return ready;
    }

    /** The interest whether or not the key is still valid. */
    int wanted() {
        return interest;
    }

    int readyNow() {
        return ready;
    }

    void ready(int ops) {
        ready = ops;
    }

    @Nullable MixedChannel mixed() {
        return mixed;
    }

    /**
     * Registers the sides that exist and are not registered yet, and gives up those that exist no
     * more. Caller holds the monitor of the channel's keys, or the channel is the kernel's own.
     */
    void attachSides() {
        if (!isValid()) {
            return;
        }
        SelectableChannel kernelSide = mixed == null ? channel : mixed.kernelSide();
        if (kernelSide == null) {
            forgetKernel();
        } else if (kernelKey == null) {
            attachKernel(kernelSide);
        }
        Endpoint stackSide = mixed == null ? null : mixed.stackSide();
        if (stackSide == null) {
            selector.detachStack(this);
        } else if (registration == null) {
            selector.attachStack(this, stackSide);
        }
    }

    private void attachKernel(SelectableChannel side) {
        try {
            int asked = interest;
            SelectionKey inner = registerAgain(side, asked);
            kernelKey = inner;
            selector.kernelKeyAdded();
            if (interest != asked) {
                inner.interestOps(interest);
            }
        } catch (ClosedChannelException | CancelledKeyException _) {
            // Closed while it was being registered: the channel's own close cancels this key.
            return;
        }
    }

    private SelectionKey registerAgain(SelectableChannel side, int asked)
            throws ClosedChannelException {
        try {
            return side.register(selector.kernelSelector(), asked, this);
        } catch (CancelledKeyException _) {
            // It was registered before and has not been flushed since.
            selector.flushKernel();
            return side.register(selector.kernelSelector(), asked, this);
        }
    }

    /** Gives up the registration with the kernel, to be flushed by the next inner selection. */
    void detachKernel() {
        SelectionKey inner = kernelKey;
        if (inner != null) {
            inner.cancel();
        }
    }

    /** The same when the channel goes on without its kernel side. */
    void forgetKernel() {
        detachKernel();
        kernelKey = null;
    }

    boolean inKernel() {
        return kernelKey != null;
    }
}
