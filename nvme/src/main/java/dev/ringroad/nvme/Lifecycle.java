package dev.ringroad.nvme;

import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.linux.FileTrouble;
import dev.ringroad.core.pci.Mmio;
import dev.ringroad.core.pci.PciDevice;
import dev.ringroad.nvme.command.CompletionEntry;
import dev.ringroad.nvme.command.ControllerRegister;
import dev.ringroad.nvme.command.NvmeStatus;
import dev.ringroad.nvme.command.SubmissionEntry;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/**
 * Brings a controller up, at first and after each reset, without waiting (NVM Express over PCIe
 * Transport Specification 1.0, section 3.6; NVM Express Base Specification 2.0, sections 3.5.1,
 * 3.7.2 and 9.5).
 *
 * <pre>
 *   begin → CC.EN = 0 → wait for CSTS.RDY = 0 → admin queue, CC.EN = 1 → wait for CSTS.RDY = 1
 *         → number of queues, shadow doorbells → READY
 *
 *   no answer in CAP.TO, fatal on the way → once: reset of the PCI function, and CC.EN = 0 again
 *                                           then: FAILED, bus mastering off
 *   all ones anywhere                     → GONE
 *   the kernel wants the function back    → GONE: bus mastering off
 * </pre>
 *
 * The reset of the function is the one step that waits, for a tenth of a second or so; only who
 * polls a controller that does not do as it is told meets it.
 *
 * <p>Each reset has an <em>epoch</em>. Once CSTS.RDY is 0, or bus mastering is off, the controller
 * reaches no memory: the epoch is <em>quiesced</em>, and only then are commands told that they were
 * given up. All methods under the controller's lock, but those that read volatile fields.
 */
final class Lifecycle {
    private enum Step {
        WAIT_DISABLED,
        WAIT_ENABLED,
        SET_UP,
        READY,
        FAILED,
        GONE,
        CLOSED
    }

    private static final int ALL_ONES = -1;
    private static final long MILLI_NANOS = 1_000_000;
    private static final int TIMEOUT_MILLIS_LEAST = 1000;

    private final PciDevice device;
    private final Mmio registers;
    private final @Nullable EventFd recall;
    private final NvmeController controller;
    private final long timeoutNanos;
    private final int configuration;
    private final long healthNanos;
    private @Nullable ControllerMemory controllerMemory;
    private long deadlineNanos;
    private long nextHealthNanos;
    private String reason = "";
    private boolean functionWasReset;
    private boolean recalled;

    private volatile int functionResets;

    private volatile Step step = Step.WAIT_DISABLED;
    private volatile int epoch;
    private volatile int quiescedEpoch = -1;
    private volatile int resetWantedEpoch = -1;

    Lifecycle(NvmeController controller, PciDevice device, Mmio registers, long cap) {
        this.controller = controller;
        this.device = device;
        this.registers = registers;
        this.recall = device.recall().orElse(null);
        healthNanos = controller.config().healthNanos();
        int millis = Math.max(ControllerRegister.timeoutMillis(cap), TIMEOUT_MILLIS_LEAST);
        timeoutNanos = millis * MILLI_NANOS;
        boolean other =
                (ControllerRegister.commandSets(cap) & ControllerRegister.COMMAND_SETS_OTHER) != 0;
        configuration =
                ControllerRegister.CC_ENABLE
                        | (other
                                ? ControllerRegister.CC_COMMAND_SETS_ALL
                                : ControllerRegister.CC_COMMAND_SETS_NVM)
                        | (ControllerRegister.pageShiftMin(cap) - 12)
                                << ControllerRegister.CC_PAGE_SHIFT
                        | SubmissionEntry.BYTES_SHIFT
                                << ControllerRegister.CC_SUBMISSION_ENTRY_SHIFT
                        | CompletionEntry.BYTES_SHIFT
                                << ControllerRegister.CC_COMPLETION_ENTRY_SHIFT;
    }

    /** What is to be enabled with the controller. */
    void controllerMemory(@Nullable ControllerMemory memory) {
        controllerMemory = memory;
    }

    int epoch() {
        return epoch;
    }

    int quiescedEpoch() {
        return quiescedEpoch;
    }

    /** Asks for a reset, if none has begun since; any thread. */
    void requestReset(int ofEpoch) {
        resetWantedEpoch = ofEpoch;
    }

    ControllerState state() {
        return switch (step) {
            case WAIT_DISABLED, WAIT_ENABLED, SET_UP -> ControllerState.RESETTING;
            case READY -> ControllerState.READY;
            case FAILED -> ControllerState.FAILED;
            case GONE -> ControllerState.GONE;
            case CLOSED -> ControllerState.CLOSED;
        };
    }

    /** Why it is not ready, when it has failed or is gone. */
    String reason() {
        return reason;
    }

    /** Whether the admin queue can be polled. */
    boolean hasAdminQueue() {
        return step == Step.SET_UP || step == Step.READY;
    }

    /** What commands are told that were under way when it stopped. */
    int statusOfStopped() {
        return switch (step) {
            case FAILED -> NvmeStatus.FAILED;
            case GONE -> NvmeStatus.GONE;
            default -> NvmeStatus.RESET;
        };
    }

    private void nextEpoch() {
        int last = epoch; // written under the lock only
        epoch = last + 1;
    }

    /** How often CC.EN was not enough. */
    int functionResets() {
        return functionResets;
    }

    /** Begins a reset. */
    void begin(long nowNanos) {
        functionWasReset = false;
        disable(nowNanos);
    }

    private void disable(long nowNanos) {
        nextEpoch();
        controller.admin().pair().stop();
        step = Step.WAIT_DISABLED;
        int configured = registers.readInt(ControllerRegister.CC);
        if ((recalled || configured == ALL_ONES) && isGone()) {
            return;
        }
        registers.writeInt(ControllerRegister.CC, configured & ~ControllerRegister.CC_ENABLE);
        deadlineNanos = nowNanos + timeoutNanos;
    }

    private boolean isGone() {
        if (recalled) {
            cutOff("the kernel wants it back: it is being pulled out or unbound", Step.GONE);
            return true;
        }
        if (registers.readInt(ControllerRegister.CSTS) != ALL_ONES) {
            return false;
        }
        gone();
        return true;
    }

    private void gone() {
        // It may only have stopped listening, so it is kept from memory too.
        cutOff("its registers answer all ones, so it was removed or has lost its power", Step.GONE);
    }

    /**
     * What is left when the controller does not do as CC.EN tells it: a reset of its function,
     * which takes it back to where it was at power-on, whatever it is about; and in the end giving
     * it up.
     */
    private void escalate(String why) {
        if (functionWasReset) {
            fail(why + "; the reset of its function did not help");
            return;
        }
        functionWasReset = true;
        try {
            device.reset();
        } catch (IOException e) {
            fail(why + "; its function cannot be reset (" + FileTrouble.words(e) + ")");
            return;
        }
        int before = functionResets; // written under the lock only
        functionResets = before + 1;
        disable(controller.config().nowNanos());
    }

    private void fail(String why) {
        cutOff(why, Step.FAILED);
    }

    private void cutOff(String why, Step last) {
        reason = why;
        try {
            device.busMaster(false);
        } catch (IOException e) {
            reason = why + "; and it could not be kept from memory: " + e.getMessage();
        }
        stop(last);
    }

    private void stop(Step last) {
        nextEpoch();
        step = last;
        controller.admin().abandon(statusOfStopped());
        quiescedEpoch = epoch;
    }

    /**
     * Goes on as far as it gets.
     *
     * @return whether anything happened
     */
    boolean poll(long nowNanos) {
        Step before = step;
        if (before == Step.FAILED || before == Step.GONE || before == Step.CLOSED) {
            return false;
        }
        boolean due = nowNanos - nextHealthNanos >= 0;
        if (due) {
            nextHealthNanos = nowNanos + healthNanos;
            recalled = recall != null && recall.drain();
        }
        if (!recalled || !isGone()) {
            goOn(before, nowNanos, due);
        }
        return step != before;
    }

    private void goOn(Step from, long nowNanos, boolean healthIsDue) {
        switch (from) {
            case WAIT_DISABLED -> waitDisabled(nowNanos);
            case WAIT_ENABLED -> waitEnabled(nowNanos);
            case SET_UP -> watchSetUp();
            case READY -> watchReady(nowNanos, healthIsDue);
            case FAILED, GONE, CLOSED -> {}
        }
    }

    private void waitDisabled(long nowNanos) {
        int status = registers.readInt(ControllerRegister.CSTS);
        if (status == ALL_ONES) {
            gone();
        } else if ((status & ControllerRegister.CSTS_READY) == 0) {
            controller.admin().abandon(NvmeStatus.RESET);
            quiescedEpoch = epoch;
            enable(nowNanos);
        } else if (nowNanos - deadlineNanos >= 0) {
            escalate("it did not stop " + within() + " of CC.EN = 0 (CSTS.RDY stays 1)");
        }
    }

    private String within() {
        return "within " + timeoutNanos / MILLI_NANOS + " ms";
    }

    private void enable(long nowNanos) {
        ControllerMemory memory = controllerMemory;
        if (memory != null) {
            memory.enable(registers);
        }
        controller.clearShadowDoorbells();
        QueuePairMemory queues = controller.admin().pair().memory();
        int last = queues.entries() - 1;
        registers.writeInt(ControllerRegister.AQA, last << 16 | last);
        registers.writeLong(ControllerRegister.ASQ, queues.submissionsAddress());
        registers.writeLong(ControllerRegister.ACQ, queues.completionsAddress());
        registers.writeInt(ControllerRegister.CC, configuration);
        deadlineNanos = nowNanos + timeoutNanos;
        step = Step.WAIT_ENABLED;
    }

    private void waitEnabled(long nowNanos) {
        int status = registers.readInt(ControllerRegister.CSTS);
        if (status == ALL_ONES) {
            gone();
        } else if ((status & ControllerRegister.CSTS_FATAL) != 0) {
            escalate("it told of a fatal error while it was enabled (CSTS.CFS)");
        } else if ((status & ControllerRegister.CSTS_READY) != 0) {
            controller.admin().pair().start(epoch, null);
            step = Step.SET_UP;
            controller.setUp(epoch);
        } else if (nowNanos - deadlineNanos >= 0) {
            escalate("it did not become ready " + within() + " of CC.EN = 1 (CSTS.RDY stays 0)");
        }
    }

    private void watchSetUp() {
        if (resetWantedEpoch == epoch) {
            escalate("it does not answer admin commands");
        }
    }

    /** What the controller was asked while it was set up is answered. */
    void setUpDone(int ofEpoch, @Nullable String failure) {
        if (ofEpoch != epoch || step != Step.SET_UP) {
            return;
        }
        if (failure != null) {
            fail(failure);
        } else {
            step = Step.READY;
        }
    }

    /** It does not do what it can no longer do without. */
    void giveUp(String why) {
        if (step == Step.READY) {
            fail(why);
        }
    }

    private void watchReady(long nowNanos, boolean healthIsDue) {
        if (resetWantedEpoch == epoch) {
            begin(nowNanos);
        } else if (healthIsDue) {
            int status = registers.readInt(ControllerRegister.CSTS);
            if (status == ALL_ONES) {
                gone();
            } else if ((status & ControllerRegister.CSTS_FATAL) != 0
                    || (status & ControllerRegister.CSTS_READY) == 0) {
                begin(nowNanos);
            }
        }
    }

    /** Tells the controller that power may go, and turns it off; waits for it. */
    void shutDown(NvmeConfig config, long shutdownNanos) throws IOException {
        if (step != Step.FAILED && step != Step.GONE) {
            int enabled = registers.readInt(ControllerRegister.CC);
            registers.writeInt(
                    ControllerRegister.CC,
                    (enabled & ~ControllerRegister.CC_SHUTDOWN_MASK)
                            | ControllerRegister.CC_SHUTDOWN_NORMAL);
            await(
                    config,
                    shutdownNanos,
                    ControllerRegister.CSTS_SHUTDOWN_MASK,
                    ControllerRegister.CSTS_SHUTDOWN_COMPLETE);
            registers.writeInt(ControllerRegister.CC, enabled & ~ControllerRegister.CC_ENABLE);
            await(config, timeoutNanos, ControllerRegister.CSTS_READY, 0);
        }
        nextEpoch();
        step = Step.CLOSED;
        quiescedEpoch = epoch;
        device.busMaster(false);
        controller.admin().abandon(NvmeStatus.RESET);
    }

    private void await(NvmeConfig config, long limitNanos, int mask, int wanted) {
        long begin = config.nowNanos();
        int status = registers.readInt(ControllerRegister.CSTS);
        // Whether it was in time makes no difference: bus mastering goes off after it.
        while (status != ALL_ONES
                && (status & mask) != wanted
                && config.nowNanos() - begin < limitNanos) {
            config.pause();
            status = registers.readInt(ControllerRegister.CSTS);
        }
    }
}
