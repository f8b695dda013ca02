package dev.ringroad.sockets.channel;

import dev.ringroad.sockets.bypass.Bypass;
import dev.ringroad.sockets.kernel.KernelSockets;
import dev.ringroad.stack.endpoint.Endpoint;
import dev.ringroad.stack.socket.Cancellation;
import dev.ringroad.stack.socket.Pump;
import dev.ringroad.stack.socket.ReadyQueue;
import dev.ringroad.stack.socket.Registration;

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

    private static final int AWAKE = 0;
    private static final int IN_KERNEL = 1;
    private static final int IN_STACK = 2;

    private final Selector inner;
    private final Set<SelectionKey> keys = ConcurrentHashMap.newKeySet();
    private final Set<SelectionKey> publicKeys = Collections.unmodifiableSet(keys);
    private final SelectedKeySet selected = new SelectedKeySet();

    private final ArrayList<RingKey> found = new ArrayList<>();
    private final ArrayList<Registration> stillReady = new ArrayList<>();
    private final Consumer<SelectionKey> kernelCollector = this::collect;
    private volatile boolean kernelKeys;
    private long kernelPolledNanos;

    private final @Nullable Pump pump;
    private final @Nullable ReadyQueue queue;
    private final long spinNanos;
    private final Runnable innerWakeup;
    private final Cancellation woken = this::isWoken;

    /** How many keys have a side in the stack; guarded by the stack's lock. */
    private int registrations;

    /** The same, for a look without the lock. */
    private volatile int stackKeys;

    private boolean inSelect;

    // Dekker's handshake: wakeup() sets the first and reads the second, a sleeper does the reverse.
    private volatile boolean wakeupPending;
    private volatile int whereabouts;

    MixedSelector(SelectorProvider provider, Bypass bypass, Selector inner) {
        super(provider);
        this.inner = inner;
        this.innerWakeup = inner::wakeup;
        this.pump = bypass.pump();
        this.queue = pump == null ? null : pump.newReadyQueue();
        this.spinNanos = bypass.spinNanos();
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
        if (!(channel instanceof MixedChannel) && !channel.provider().equals(inner.provider())) {
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
            pollStack(true);
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
            if (pollStack(false) == 0 && stackKeys == 0) {
                if (sleepInKernel(deadline)) {
                    return;
                }
                continue;
            }
            long now = System.nanoTime();
            if (kernelKeys && now - kernelPolledNanos >= KERNEL_CADENCE_NANOS) {
                pollKernel();
            }
            if (!found.isEmpty() || isOver(deadline, now)) {
                return;
            }
            idleSince = idleSince == 0 ? now : idleSince;
            if (!kernelKeys) {
                awaitStack(deadline);
            } else if (now - idleSince < spinNanos && !Thread.currentThread().isVirtual()) {
                awaitStack(Math.min(deadline, kernelPolledNanos + KERNEL_CADENCE_NANOS));
            } else {
                sleepInBoth(deadline);
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
            if (stackKeys == 0) {
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

    /** Lets this thread drive the stack until the queue has entries. */
    private void awaitStack(long deadline) {
        Pump p = Objects.requireNonNull(pump);
        ReadyQueue q = Objects.requireNonNull(queue);
        whereabouts = IN_STACK;
        begin();
        try {
            p.lock();
            try {
                p.await(q, deadline, woken);
            } finally {
                p.unlock();
            }
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
        Pump p = Objects.requireNonNull(pump);
        ReadyQueue q = Objects.requireNonNull(queue);
        whereabouts = IN_KERNEL;
        try {
            if (wakeupPending) {
                return;
            }
            p.lock();
            boolean maySleep;
            try {
                maySleep = q.sleepsElsewhere(innerWakeup);
            } finally {
                p.unlock();
            }
            if (maySleep) {
                try {
                    selectKernel(deadline);
                } finally {
                    p.lock();
                    try {
                        q.awake();
                    } finally {
                        p.unlock();
                    }
                }
                kernelPolledNanos = System.nanoTime();
            }
        } finally {
            whereabouts = AWAKE;
        }
    }

    /**
     * Collects the stack's ready keys; with {@code poll} it looks at the devices when there are
     * none.
     */
    private int pollStack(boolean poll) {
        Pump p = pump;
        ReadyQueue q = queue;
        if (p == null || q == null || stackKeys == 0) {
            return 0;
        }
        p.lock();
        try {
            takeReady(q);
            if (stillReady.isEmpty() && poll) {
                p.pollNow();
                takeReady(q);
            }
            int count = stillReady.size();
            // Level-triggered: whoever is ready now is asked again by the next selection.
            for (int i = 0; i < count; i++) {
                q.enqueue(stillReady.get(i));
            }
            return count;
        } finally {
            stillReady.clear();
            p.unlock();
        }
    }

    private void takeReady(ReadyQueue q) {
        Registration r;
        while ((r = q.take()) != null) {
            RingKey key = (RingKey) r.attachment();
            MixedChannel mixed = key.mixed();
            int ops = mixed == null ? 0 : mixed.opsOf(r.ready()) & key.wanted();
            if (ops != 0) {
                noteFound(key, ops);
                stillReady.add(r);
            }
        }
    }

    private void noteFound(RingKey key, int ops) {
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
        Pump p = pump;
        ReadyQueue q = queue;
        MixedChannel mixed = key.mixed();
        if (p == null || q == null || mixed == null) {
            return;
        }
        p.lock();
        try {
            key.registration = q.register(endpoint, mixed.bitsOf(key.wanted()), key);
            stackKeys = ++registrations;
        } finally {
            p.unlock();
        }
        if (whereabouts == IN_KERNEL) {
            inner.wakeup();
        }
    }

    void refreshStackInterest(RingKey key) {
        Pump p = Objects.requireNonNull(pump);
        p.lock();
        try {
            Registration r = key.registration;
            MixedChannel mixed = key.mixed();
            if (r != null && mixed != null) {
                r.interest(mixed.bitsOf(key.wanted()));
            }
        } finally {
            p.unlock();
        }
    }

    void detachStack(RingKey key) {
        Pump p = pump;
        if (p == null || key.registration == null) {
            return;
        }
        p.lock();
        try {
            Registration r = key.registration;
            if (r != null) {
                r.cancel();
                key.registration = null;
                stackKeys = --registrations;
            }
        } finally {
            p.unlock();
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
            noteFound(key, ops);
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
            wakeFromStack();
        }
        return this;
    }

    private void wakeFromStack() {
        Pump p = Objects.requireNonNull(pump);
        p.lock();
        try {
            Objects.requireNonNull(queue).wake();
        } finally {
            p.unlock();
        }
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
