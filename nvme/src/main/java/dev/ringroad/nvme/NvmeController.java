package dev.ringroad.nvme;

import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.memory.DmaSpace;
import dev.ringroad.core.pci.Mmio;
import dev.ringroad.core.pci.PciDevice;
import dev.ringroad.core.worker.Poller;
import dev.ringroad.nvme.command.AdminCapabilities;
import dev.ringroad.nvme.command.AdminOpcode;
import dev.ringroad.nvme.command.ControllerRegister;
import dev.ringroad.nvme.command.IdentifyController;
import dev.ringroad.nvme.command.IdentifyKind;
import dev.ringroad.nvme.command.IdentifyNamespace;
import dev.ringroad.nvme.command.IoCapabilities;
import dev.ringroad.nvme.command.IoOpcode;
import dev.ringroad.nvme.command.NvmeStatus;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * An NVMe controller without the kernel.
 *
 * <p>Any thread may use it. I/O goes through a {@link QueuePair} for each thread; everything else
 * is an {@link #execute admin command}, one thread at a time, under a lock that I/O never waits
 * for. Somebody polls: either the owner of any queue pair, which lets the controller work as well,
 * or whoever calls {@link #poll}. That is how late commands, a controller that fails or that is
 * gone are found out.
 *
 * <p>Nothing that the controller says is believed without a check. Sources: NVM Express Base
 * Specification 2.0; NVM Express over PCIe Transport Specification 1.0.
 */
public final class NvmeController implements Poller, AutoCloseable {
    private static final int ADMIN_DEPTH = 31;
    private static final int ADMIN_DATA_BYTES = 1 << 16;
    private static final int TRANSFER_SHIFT_MAX = 19;
    private static final long SHUTDOWN_NANOS_LEAST = 5_000_000_000L;

    /** It may say more than an hour. */
    private static final long SHUTDOWN_NANOS_MOST = 60_000_000_000L;

    private static final long MICRO_NANOS = 1000;

    private final PciDevice device;
    private final NvmeConfig config;
    private final String name;
    private final Mmio registers;
    private final long cap;
    private final int pageBytes;
    private final DmaSpace space;
    private final AdminQueue admin;
    private final Lifecycle lifecycle;
    private final ControllerSetUp setUp;
    private final ReentrantLock lock = new ReentrantLock();
    private final QueuePairs pairs;
    private final Aborts aborts;
    private List<EventFd> interrupts = List.of();
    private IdentifyController identity = new IdentifyController(heap(IdentifyController.BYTES));
    private @Nullable ShadowDoorbells shadow;
    private @Nullable ControllerMemory controllerMemory;
    private int transferBytesMax;
    private int optionalCommands;

    private NvmeController(PciDevice device, NvmeConfig config) throws IOException {
        this.device = device;
        this.config = config;
        name = device.address().toString();
        registers = device.bar(0);
        cap = ControllerChecks.capabilities(name, registers);
        pageBytes = 1 << ControllerRegister.pageShiftMin(cap);
        transferBytesMax = ADMIN_DATA_BYTES;
        space = device.dma();
        lifecycle = new Lifecycle(this, device, registers, cap);
        QueuePairMemory memory = QueuePairMemory.allocate(space, "nvme admin", adminShape(), null);
        admin = new AdminQueue(this, memory, config.adminTimeoutNanos());
        setUp = new ControllerSetUp(admin, lifecycle, config.queuePairsWanted());
        pairs = new QueuePairs(this, admin, lifecycle);
        aborts = new Aborts(admin);
    }

    private QueuePairMemory.Shape adminShape() {
        int entries =
                Math.min(
                        ADMIN_DEPTH + 1,
                        Integer.highestOneBit(ControllerRegister.queueEntriesMax(cap)));
        return new QueuePairMemory.Shape(
                entries - 1,
                entries,
                pageBytes,
                ADMIN_DATA_BYTES,
                DataPointers.NO_SGL,
                ADMIN_DATA_BYTES);
    }

    /**
     * Takes a controller into use: resets it, brings it up and identifies it.
     *
     * @param device is the controller's from now on, and closed with it; also when this fails
     * @throws IOException when it does not come up, or is no controller that this driver can drive;
     *     it says why
     */
    public static NvmeController open(PciDevice device, NvmeConfig config) throws IOException {
        NvmeController controller;
        try {
            controller = new NvmeController(device, config);
        } catch (Throwable t) {
            closeAfter(t, device);
            throw t;
        }
        try {
            controller.start();
            return controller;
        } catch (Throwable t) {
            closeAfter(t, controller);
            throw t;
        }
    }

    private static void closeAfter(Throwable failure, AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            failure.addSuppressed(e);
        }
    }

    private void start() throws IOException {
        lock.lock();
        try {
            device.busMaster(true);
            if (config.interrupts() && device.interruptsMax() > 0) {
                int vectors = Math.min(device.interruptsMax(), config.queuePairsWanted() + 1);
                interrupts = device.enableInterrupts(vectors);
            }
            lifecycle.begin(config.nowNanos());
            controllerMemory = ControllerMemory.find(device, registers, cap);
            lifecycle.controllerMemory(controllerMemory);
            awaitReady();
            learn();
        } finally {
            lock.unlock();
        }
    }

    private void awaitReady() throws IOException {
        requireOpen();
        while (lifecycle.state() == ControllerState.RESETTING) {
            if (pollLocked(config.nowNanos()) == 0) {
                config.pause();
            }
        }
        if (lifecycle.state() != ControllerState.READY) {
            throw new IOException(
                    "The NVMe controller "
                            + name
                            + " is not ready: "
                            + lifecycle.reason()
                            + ". Remedy: reset it, or cycle its power.");
        }
    }

    private void requireOpen() {
        if (lifecycle.state() == ControllerState.CLOSED) {
            throw new IllegalStateException("The NVMe controller " + name + " has been closed.");
        }
    }

    private void learn() throws IOException {
        identity = new IdentifyController(identify(IdentifyKind.CONTROLLER, 0, 0).asReadOnly());
        transferBytesMax = transferBytesMax(identity.transferShift());
        optionalCommands = identity.io().optionalCommands();
        boolean offered =
                (identity.admin().optionalCommands() & AdminCapabilities.DOORBELL_BUFFER_SUPPORTED)
                        != 0;
        if (offered && config.shadowDoorbells()) {
            useShadowDoorbells();
        }
    }

    /** Does without them when the controller offers them but knows no such command. */
    private void useShadowDoorbells() throws IOException {
        ShadowDoorbells doorbells =
                new ShadowDoorbells(space.allocate("nvme doorbells", 2L * pageBytes), pageBytes);
        shadow = doorbells;
        try {
            long ignored = execute(ControllerSetUp.doorbellBuffer(doorbells));
            setUp.shadow(doorbells);
        } catch (NvmeException e) {
            if (NvmeStatus.isOwn(e.status())) {
                throw e;
            }
            shadow = null;
            doorbells.close();
        }
    }

    private int transferBytesMax(int shift) {
        long listed = DataPointers.transferBytesMax(pageBytes);
        long most = shift == 0 || shift > TRANSFER_SHIFT_MAX ? listed : (long) pageBytes << shift;
        return (int) Math.min(Math.min(most, listed), 1 << 30);
    }

    // ---- what it is ----

    /** Its PCI address, as messages call it. */
    public String name() {
        return name;
    }

    /** What it says of itself, read-only. */
    public IdentifyController identity() {
        return identity;
    }

    /** The register CAP, see {@link ControllerRegister}. */
    public long capabilities() {
        return cap;
    }

    /** The version of the specification that it says it follows: 0x00010400 is 1.4.0. */
    public int version() {
        return registers.readInt(ControllerRegister.VS);
    }

    /** The most bytes of one command's data. */
    public int transferBytesMax() {
        return transferBytesMax;
    }

    /** The most queue pairs that can be made. */
    public int queuePairsMax() {
        return setUp.queuePairs();
    }

    /** Whether doorbells in memory are in use. */
    public boolean hasShadowDoorbells() {
        return shadow != null;
    }

    /** Whether submission queues can be in the controller's own memory. */
    public boolean hasControllerMemory() {
        return controllerMemory != null;
    }

    /** The address space of the device, for memory that commands name. */
    public DmaSpace dma() {
        return space;
    }

    public ControllerState state() {
        return lifecycle.state();
    }

    /**
     * How often the PCI function was reset, as the controller did not stop or come up otherwise.
     */
    public int functionResets() {
        return lifecycle.functionResets();
    }

    /** The NUMA node that it is near to, or -1. */
    public int numaNode() {
        return device.numaNode();
    }

    /** Whether a command of {@link IoOpcode} can be asked for, as far as the controller tells. */
    public boolean supports(int opcode) {
        int bit =
                switch (opcode) {
                    case IoOpcode.COMPARE -> IoCapabilities.COMPARE_SUPPORTED;
                    case IoOpcode.DATASET_MANAGEMENT -> IoCapabilities.DATASET_MANAGEMENT_SUPPORTED;
                    case IoOpcode.WRITE_ZEROES -> IoCapabilities.WRITE_ZEROES_SUPPORTED;
                    case IoOpcode.VERIFY -> IoCapabilities.VERIFY_SUPPORTED;
                    default -> 0;
                };
        return bit == 0 || (optionalCommands & bit) != 0;
    }

    /** How many blocks can be compared and written as one, 0 for none. */
    public int compareAndWriteBlocksMax() {
        boolean fuses =
                (identity.io().fusedOperations() & IoCapabilities.COMPARE_AND_WRITE_SUPPORTED) != 0;
        // Counted from 0.
        return fuses && supports(IoOpcode.COMPARE)
                ? identity.io().atomicCompareAndWriteBlocks() + 1
                : 0;
    }

    /** Why it cannot compare and write so many blocks as one, a {@link Refusal}; or 0. */
    int refusesCompareAndWrite(int blockCount) {
        int most = compareAndWriteBlocksMax();
        if (most == 0) {
            return Refusal.UNSUPPORTED;
        }
        if (blockCount < 1) {
            return Refusal.OUT_OF_RANGE;
        }
        return blockCount > most ? Refusal.TOO_LONG : 0;
    }

    // ---- namespaces ----

    /** The ids of the active namespaces, ascending. */
    public int[] namespaceIds() throws IOException {
        return NamespaceIds.of(this);
    }

    /**
     * Identifies a namespace.
     *
     * @param id unsigned, from 1
     * @throws IOException when there is none, or it has no shape that this driver handles
     */
    public NvmeNamespace namespace(int id) throws IOException {
        IdentifyNamespace answer =
                new IdentifyNamespace(identify(IdentifyKind.NAMESPACE, id, 0).asReadOnly());
        return NvmeNamespace.of(name, id, answer, transferBytesMax);
    }

    /**
     * Asks one of {@link IdentifyKind}.
     *
     * @param namespaceId or another id that the kind asks for
     * @param words11 CDW11, such as the command set in the highest byte
     * @return 4096 bytes, the caller's
     */
    public MemorySegment identify(int kind, int namespaceId, int words11) throws IOException {
        MemorySegment answer = heap(IdentifyController.BYTES);
        long ignored =
                execute(
                        new AdminCommand(AdminOpcode.IDENTIFY)
                                .namespaceId(namespaceId)
                                .doubleWord(10, kind)
                                .doubleWord(11, words11)
                                .dataIn(answer));
        return answer;
    }

    private static MemorySegment heap(int bytes) {
        // As longs, so that accesses of any width are aligned.
        return MemorySegment.ofArray(new long[bytes / Long.BYTES]);
    }

    // ---- admin commands ----

    /** The most bytes of an admin command's data. */
    public int adminDataBytesMax() {
        return Math.min(ADMIN_DATA_BYTES, transferBytesMax);
    }

    /**
     * Carries out an admin command and waits for it, also for a reset that is going on.
     *
     * @return both result words, the first lower
     * @throws NvmeException when the controller says that it failed, or does not answer and has to
     *     be reset
     */
    public long execute(AdminCommand command) throws IOException {
        lock.lock();
        try {
            awaitReady();
            return AdminCall.execute(this, command, command.data());
        } finally {
            lock.unlock();
        }
    }

    /**
     * Hands an admin command without data over and does not wait. The handler is told of it by
     * {@link #poll}, or by that of any queue pair, on whatever thread; in it, {@link #adminResult}
     * has the result.
     *
     * @return 0, or a {@link Refusal}
     */
    public int submit(AdminCommand command, NvmeCompletion handler, long token) {
        lock.lock();
        try {
            return admin.submit(command, handler, token, 0);
        } finally {
            lock.unlock();
        }
    }

    /** Both result words, for a handler of {@link #submit} while it is being told. */
    public long adminResult() {
        return admin.pair().result();
    }

    /** The interrupt of a queue, when interrupts are on and reach that far. */
    @Nullable EventFd interrupt(int queueId) {
        return queueId < interrupts.size() ? interrupts.get(queueId) : null;
    }

    /** Who sleeps is to hear as well that the kernel wants the function back. */
    void wakeWhenRecalled(PollSet wake) {
        device.recall().ifPresent(one -> wake.add(one.descriptor().number(), PollSet.POLLIN));
    }

    /** How many bytes of registers there are. */
    long registerBytes() {
        return registers.byteSize();
    }

    int pageBytes() {
        return pageBytes;
    }

    @Nullable ControllerMemory controllerMemory() {
        return controllerMemory;
    }

    AdminQueue admin() {
        return admin;
    }

    NvmeConfig config() {
        return config;
    }

    // ---- queue pairs ----

    /**
     * Makes a queue pair.
     *
     * @param handler told of its completions
     * @return to be closed by its owner, before the controller
     * @throws IOException when the controller has no more, or refuses; it says why
     */
    public QueuePair createQueuePair(QueuePairConfig wanted, NvmeCompletion handler)
            throws IOException {
        lock.lock();
        try {
            awaitReady();
            return pairs.create(wanted, handler);
        } finally {
            lock.unlock();
        }
    }

    /** Deletes a pair's queues on behalf of its owner. */
    void retire(QueuePair pair) {
        lock.lock();
        try {
            pairs.retire(pair);
        } finally {
            lock.unlock();
        }
    }

    // ---- housekeeping ----

    /**
     * Takes completions of admin commands, sends aborts that queue pairs want, looks whether the
     * controller is well, and goes on with a reset. Never waits, but for the reset of the function
     * of a controller that does not stop or come up otherwise; when another thread does all that at
     * the moment, it does nothing.
     */
    @Override
    public int poll(long nowNanos) {
        if (lock.isHeldByCurrentThread() || !lock.tryLock()) {
            return 0;
        }
        try {
            return pollLocked(nowNanos);
        } finally {
            lock.unlock();
        }
    }

    int pollLocked(long nowNanos) {
        int work = lifecycle.hasAdminQueue() ? admin.poll(nowNanos) : 0;
        if (lifecycle.poll(nowNanos)) {
            work++;
        }
        if (lifecycle.state() == ControllerState.READY) {
            pairs.poll();
            aborts.send(identity.admin().abortLimit());
        }
        return work;
    }

    /**
     * Resets the controller and waits until it is ready. Every command under way is told once, by
     * the polls of its queue pair, which work again afterwards. Also for a controller that has
     * failed.
     *
     * @throws IOException when it does not come up
     */
    public void reset() throws IOException {
        lock.lock();
        try {
            requireOpen();
            if (lifecycle.state() == ControllerState.FAILED) {
                device.busMaster(true);
            }
            lifecycle.begin(config.nowNanos());
            awaitReady();
        } finally {
            lock.unlock();
        }
    }

    int epoch() {
        return lifecycle.epoch();
    }

    int quiescedEpoch() {
        return lifecycle.quiescedEpoch();
    }

    int statusOfStopped() {
        return lifecycle.statusOfStopped();
    }

    void requestReset(int ofEpoch) {
        lifecycle.requestReset(ofEpoch);
    }

    /** Any thread. */
    void requestAbort(int queueId, int commandId) {
        aborts.request(queueId, commandId);
    }

    void setUp(int ofEpoch) {
        aborts.clear();
        setUp.begin(ofEpoch);
    }

    void clearShadowDoorbells() {
        ShadowDoorbells doorbells = shadow;
        if (doorbells != null) {
            doorbells.clear();
        }
    }

    /** Before a pair of that number is made; the controller has none now. */
    void clearShadowDoorbells(int queueId) {
        ShadowDoorbells doorbells = shadowDoorbells(queueId);
        if (doorbells != null) {
            doorbells.clear(queueId, ControllerRegister.doorbellStride(cap));
        }
    }

    @Nullable ShadowDoorbells shadowDoorbells(int queueId) {
        ShadowDoorbells doorbells = shadow;
        int stride = ControllerRegister.doorbellStride(cap);
        return doorbells != null && doorbells.covers(queueId, stride) ? doorbells : null;
    }

    Doorbell doorbell(int queueId, boolean ofCompletions) {
        int stride = ControllerRegister.doorbellStride(cap);
        return new Doorbell(
                registers,
                ofCompletions
                        ? ControllerRegister.completionDoorbell(queueId, stride)
                        : ControllerRegister.submissionDoorbell(queueId, stride));
    }

    /**
     * Shuts the controller down in order, and gives the device back.
     *
     * @throws IllegalStateException when a queue pair is open
     */
    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            if (lifecycle.state() == ControllerState.CLOSED) {
                return;
            }
            if (!pairs.isEmpty()) {
                throw new IllegalStateException(
                        "Queue pairs of " + name + " are open. Remedy: close them first.");
            }
            long nanos = Integer.toUnsignedLong(identity.shutdownMicros()) * MICRO_NANOS;
            try {
                lifecycle.shutDown(
                        config, Math.clamp(nanos, SHUTDOWN_NANOS_LEAST, SHUTDOWN_NANOS_MOST));
            } finally {
                admin.pair().memory().close();
                if (shadow != null) {
                    shadow.close();
                }
                device.close();
            }
        } finally {
            lock.unlock();
        }
    }
}
