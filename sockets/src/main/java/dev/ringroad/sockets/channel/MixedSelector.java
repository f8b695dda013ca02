package dev.ringroad.sockets.channel;

import dev.ringroad.sockets.bypass.Bypass;
import dev.ringroad.sockets.kernel.KernelSockets;
import dev.ringroad.stack.endpoint.Endpoint;
import dev.ringroad.stack.socket.Cancellation;
import dev.ringroad.stack.socket.Pump;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.IllegalSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A selector for channels of the kernel and of the stack together.
 *
 * <p>Kernel channels are registered with an inner selector of the JDK, with our key as the
 * attachment. Sleeping always happens in that inner selector, so that one sleep covers both worlds.
 */
final class MixedSelector extends AbstractSelector {
    private static final long FOREVER = -1;

    /** How stale the kernel's readiness may get while this thread drives the stack. */
    private static final long KERNEL_CADENCE_NANOS = 50_000;

    /** How long a thread with nothing to do polls both worlds before it yields after each look. */
    private static final long SPIN_NANOS = 50_000;

    private static final int AWAKE = 0;
    private static final int IN_KERNEL = 1;
    private static final int IN_STACK = 2;

    private final Selector inner;
    private final Set<SelectionKey> keys = ConcurrentHashMap.newKeySet();
    private final Set<SelectionKey> publicKeys = Collections.unmodifiableSet(keys);
    private final SelectedKeySet selected = new SelectedKeySet();

    private final ArrayList<RingKey> found = new ArrayList<>();
    private final Consumer<SelectionKey> kernelCollector = this::collect;
    private volatile boolean kernelKeys;
    private long kernelPolledNanos;

    /** Null when there is no stack. */
    private final @Nullable StackSide stack;

    private final long pollNanos;
    private final Runnable innerWakeup;
    private final Cancellation woken = this::isWoken;

    private boolean inSelect;

    // Dekker's handshake: wakeup() sets the first and reads the second, a sleeper does the reverse.
    private volatile boolean wakeupPending;
    private volatile int whereabouts;

    MixedSelector(SelectorProvider provider, Bypass bypass, Selector inner) {
        super(provider);
        this.inner = inner;
        this.innerWakeup = inner::wakeup;
        Pump pump = bypass.pump();
        this.stack = pump == null ? null : new StackSide(pump, this);
        this.pollNanos = bypass.pollNanos();
    }

    Selector kernelSelector() {
        return inner;
    }

    void kernelKeyAdded() {
        kernelKeys = true;
    }

    private void ensureOpen() {
        if (!isOpen()) {
            throw new ClosedSelectorException();
        }
    }

    @Override
    public Set<SelectionKey> keys() {
        ensureOpen();
        return publicKeys;
    }

    @Override
    public Set<SelectionKey> selectedKeys() {
        ensureOpen();
        return selected;
    }

    @Override
    protected SelectionKey register(
            AbstractSelectableChannel channel, int ops, @Nullable Object attachment) {
        // One of ours belongs to its provider's stack, any other must be the kernel's.
        SelectorProvider home = channel instanceof MixedChannel ? provider() : inner.provider();
        if (!channel.provider().equals(home)) {
            throw new IllegalSelectorException();
        }
        ensureOpen();
        RingKey key = new RingKey(this, channel, ops);
        if (attachment != null) {
            key.attach(attachment);
        }
        keys.add(key);
        if (channel instanceof MixedChannel mixed) {
            mixed.registeredKeys().add(key);
        } else {
            key.attachSides();
        }
        if (!isOpen()) {
            key.cancel();
            drop(key);
            throw new ClosedSelectorException();
        }
        return key;
    }

    @Override
    public int selectNow() throws IOException {
        return lockedSelect(null, 0);
    }

    @Override
    public int select() throws IOException {
        return lockedSelect(null, FOREVER);
    }

    @Override
    public int select(long timeoutMillis) throws IOException {
        return lockedSelect(null, nanosOf(timeoutMillis));
    }

    @Override
    public int select(Consumer<SelectionKey> action, long timeoutMillis) throws IOException {
        Objects.requireNonNull(action);
        return lockedSelect(action, nanosOf(timeoutMillis));
    }

    @Override
    public int select(Consumer<SelectionKey> action) throws IOException {
        return lockedSelect(Objects.requireNonNull(action), FOREVER);
    }

    @Override
    public int selectNow(Consumer<SelectionKey> action) throws IOException {
        return lockedSelect(Objects.requireNonNull(action), 0);
    }

    /** Registers a channel whatever its blocking mode, for the channel's own waiting. */
    void watch(MixedChannel channel, int ops) {
        RingKey key = new RingKey(this, (AbstractSelectableChannel) channel, ops);
        keys.add(key);
        channel.registeredKeys().add(key);
    }

    /**
     * Waits until a watched channel may be ready, a deadline, a wakeup, an interrupt or the end of
     * this selector.
     */
    void selectUntil(long deadline) throws IOException {
        synchronized (this) {
            if (isOpen()) {
                waitUntilFound(deadline);
                wakeupPending = false;
                for (int i = 0; i < found.size(); i++) {
                    found.get(i).found = 0;
                }
                found.clear();
            }
        }
    }

    private static long nanosOf(long timeoutMillis) {
        if (timeoutMillis < 0) {
            throw new IllegalArgumentException("Negative timeout");
        }
        return timeoutMillis == 0 ? FOREVER : TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    }

    private int lockedSelect(@Nullable Consumer<SelectionKey> action, long timeoutNanos)
            throws IOException {
        synchronized (this) {
            ensureOpen();
            if (inSelect) {
                throw new IllegalStateException("select in progress");
            }
            inSelect = true;
            try {
                synchronized (selected) {
                    return doSelect(action, timeoutNanos);
                }
            } finally {
                inSelect = false;
            }
        }
    }

    private int doSelect(@Nullable Consumer<SelectionKey> action, long timeoutNanos)
            throws IOException {
        flushCancelled();
        if (timeoutNanos == 0) {
            pollKernel();
            collectStack(true);
        } else {
            waitUntilFound(
                    timeoutNanos == FOREVER ? Long.MAX_VALUE : System.nanoTime() + timeoutNanos);
        }
        wakeupPending = false;
        flushCancelled();
        return report(action);
    }

    /**
     * Returns when something was found, the time is over, somebody wakes the selector or interrupts
     * the thread.
     */
    private void waitUntilFound(long deadline) throws IOException {
        long idleSince = 0;
        while (true) {
            if (collectStack(false) == 0 && !usesStack()) {
                if (sleepInKernel(deadline)) {
                    return;
                }
                continue;
            }
            long now = System.nanoTime();
            if (kernelKeys && now - kernelPolledNanos >= KERNEL_CADENCE_NANOS) {
                pollKernel();
            }
            if (!found.isEmpty()) {
                return;
            }
            if (isOver(deadline, now)) {
                // Whoever is woken all the time, and so never waits, has to see the devices too.
                pollKernel();
                collectStack(true);
                return;
            }
            idleSince = idleSince == 0 ? now : idleSince;
            if (!kernelKeys) {
                awaitStack(deadline);
            } else if (now - idleSince >= pollNanos || Thread.currentThread().isVirtual()) {
                sleepInBoth(deadline);
            } else if (now - idleSince < SPIN_NANOS) {
                awaitStack(Math.min(deadline, kernelPolledNanos + KERNEL_CADENCE_NANOS));
            } else {
                Thread.yield();
                collectStack(true);
            }
        }
    }

    private boolean isWoken() {
        return wakeupPending;
    }

    private boolean isOver(long deadline, long now) {
        return wakeupPending
                || !isOpen()
                || (deadline != Long.MAX_VALUE && deadline - now <= 0)
                || Thread.currentThread().isInterrupted();
    }

    private void pollKernel() throws IOException {
        if (kernelKeys) {
            inner.selectNow(kernelCollector);
            kernelPolledNanos = System.nanoTime();
        }
    }

    /** Sleeps in the kernel alone; true when the selection is over. */
    private boolean sleepInKernel(long deadline) throws IOException {
        whereabouts = IN_KERNEL;
        try {
            if (isOver(deadline, System.nanoTime()) || !found.isEmpty()) {
                pollKernel();
                return true;
            }
            // A side in the stack that came since the last look has not seen where this thread is.
            if (!usesStack()) {
                selectKernel(deadline);
            }
        } finally {
            whereabouts = AWAKE;
        }
        return !found.isEmpty() || isOver(deadline, System.nanoTime());
    }

    private void selectKernel(long deadline) throws IOException {
        if (deadline == Long.MAX_VALUE) {
            inner.select(kernelCollector);
            return;
        }
        // Rounded up, or the last fraction of a millisecond would be spent in a loop.
        long millis = (deadline - System.nanoTime() + 999_999) / 1_000_000;
        if (millis > 0) {
            inner.select(kernelCollector, millis);
        }
    }

    private boolean usesStack() {
        StackSide s = stack;
        return s != null && s.isUsed();
    }

    private StackSide usedStack() {
        return Objects.requireNonNull(stack);
    }

    private int collectStack(boolean poll) {
        StackSide s = stack;
        return s == null || !s.isUsed() ? 0 : s.collect(poll);
    }

    /** Lets this thread drive the stack until a key may be ready. */
    private void awaitStack(long deadline) {
        whereabouts = IN_STACK;
        begin();
        try {
            usedStack().await(deadline, woken);
        } finally {
            end();
            whereabouts = AWAKE;
        }
    }

    /**
     * Sleeps in the kernel's select, from which the pump's worker wakes it when the stack has
     * something.
     */
    private void sleepInBoth(long deadline) throws IOException {
        whereabouts = IN_KERNEL;
        try {
            if (!wakeupPending && usedStack().beginSleepElsewhere(innerWakeup)) {
                try {
                    selectKernel(deadline);
                } finally {
                    usedStack().endSleepElsewhere();
                }
                kernelPolledNanos = System.nanoTime();
            }
        } finally {
            whereabouts = AWAKE;
        }
    }

    /** Notes that a side of this key is ready. */
    void found(RingKey key, int ops) {
        if (key.found == 0) {
            found.add(key);
        }
        key.found |= ops;
    }

    /**
     * Lets the inner selector forget cancelled keys; what it finds is left to the next selection.
     */
    void flushKernel() {
        inner.wakeup();
        try {
            inner.selectNow(_ -> {});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Registers an endpoint for a key. */
    void attachStack(RingKey key, Endpoint endpoint) {
        MixedChannel mixed = key.mixed();
        if (mixed != null) {
            usedStack().attach(key, mixed, endpoint);
        }
        if (whereabouts == IN_KERNEL) {
            inner.wakeup();
        }
    }

    void refreshStackInterest(RingKey key) {
        MixedChannel mixed = key.mixed();
        if (mixed != null) {
            usedStack().refresh(key, mixed);
        }
    }

    void detachStack(RingKey key) {
        if (key.registration != null) {
            usedStack().detach(key);
        }
    }

    private void collect(SelectionKey innerKey) {
        if (innerKey.attachment() instanceof RingKey key) {
            int ops;
            try {
                ops = innerKey.readyOps();
            } catch (CancelledKeyException _) {
                return;
            }
            found(key, ops);
        }
    }

    private int report(@Nullable Consumer<SelectionKey> action) {
        int updated = 0;
        try {
            for (int i = 0; i < found.size(); i++) {
                RingKey key = found.get(i);
                if (key.isValid()) {
                    updated += process(key, key.found, action);
                }
            }
        } finally {
            for (int i = 0; i < found.size(); i++) {
                found.get(i).found = 0;
            }
            found.clear();
        }
        return updated;
    }

    /** Marks a key as ready, or hands it to the action; 1 when the key counts as updated. */
    private int process(RingKey key, int found, @Nullable Consumer<SelectionKey> action) {
        int ops = found & key.wanted();
        if (action != null) {
            key.ready(ops);
            if (ops == 0) {
                return 0;
            }
            action.accept(key);
            ensureOpen();
            return 1;
        }
        if (selected.holds(key)) {
            int before = key.readyNow();
            key.ready(before | ops);
            return (ops & ~before) != 0 ? 1 : 0;
        }
        key.ready(ops);
        if (ops == 0) {
            return 0;
        }
        selected.insert(key);
        return 1;
    }

    private void flushCancelled() throws IOException {
        boolean kernel = false;
        for (RingKey key = nextCancelled(); key != null; key = nextCancelled()) {
            kernel |= key.inKernel();
            drop(key);
        }
        if (kernel) {
            // Flushes the inner selector's cancelled keys; what it finds ready on the way is kept.
            inner.selectNow(kernelCollector);
        }
    }

    /**
     * Taken one at a time: dropping a key takes the channel's locks, which must not be waited for
     * inside this one.
     */
    private @Nullable RingKey nextCancelled() {
        Set<SelectionKey> cancelled = cancelledKeys();
        synchronized (cancelled) {
            if (cancelled.isEmpty()) {
                return null;
            }
            Iterator<SelectionKey> first = cancelled.iterator();
            RingKey key = (RingKey) first.next();
            first.remove();
            return key;
        }
    }

    private void drop(RingKey key) {
        key.detachKernel();
        detachStack(key);
        MixedChannel mixed = key.mixed();
        if (mixed != null) {
            mixed.registeredKeys().remove(key);
        }
        selected.remove(key);
        keys.remove(key);
        deregister(key);
        SelectableChannel channel = key.channel();
        if (mixed == null && !channel.isOpen() && !channel.isRegistered()) {
            KernelSockets.finishClose(channel);
        }
    }

    @Override
    public Selector wakeup() {
        wakeupPending = true;
        int where = whereabouts;
        if (where == IN_KERNEL) {
            inner.wakeup();
        } else if (where == IN_STACK) {
            usedStack().wake();
        }
        return this;
    }

    @Override
    protected void implCloseSelector() throws IOException {
        wakeup();
        synchronized (this) {
            synchronized (selected) {
                for (SelectionKey key : keys) {
                    drop((RingKey) key);
                }
                inner.close();
            }
        }
    }
}
