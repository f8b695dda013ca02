package dev.ringroad.testkit.guest;

import static dev.ringroad.testkit.guest.CheckList.require;

import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.core.pci.PciBackEnds;
import dev.ringroad.nvme.ControllerState;
import dev.ringroad.nvme.NvmeConfig;
import dev.ringroad.nvme.NvmeController;
import dev.ringroad.nvme.NvmeNamespace;
import dev.ringroad.nvme.QueuePair;
import dev.ringroad.nvme.QueuePairConfig;
import dev.ringroad.nvme.command.NvmeStatus;

import java.util.Arrays;

/**
 * Runs in the guest: commands are under way, on a drive that is too slow to answer any but the
 * first, while the kernel is asked to give the drive up: from outside, once {@link #UNDER_WAY} was
 * printed.
 *
 * <p>Arguments: the function's address.
 */
final class RemovalProgram {
    static final String UNDER_WAY = "commands are under way";

    private static final int COMMANDS = 16;
    private static final int BLOCK_BYTES = 512;
    private static final long PATIENCE_NANOS = 120_000_000_000L;

    private final int[] told = new int[COMMANDS];
    private final int[] statuses = new int[COMMANDS];

    private RemovalProgram() {}

    public static void main(String[] arguments) throws Exception {
        CheckList list = new CheckList();
        new RemovalProgram().run(list, arguments[0]);
        System.exit(list.status());
    }

    private void run(CheckList list, String place) throws Exception {
        QueuePairConfig wanted = new QueuePairConfig(2 * COMMANDS, true, false);
        try (NvmeController controller =
                        NvmeController.open(
                                PciBackEnds.open(place), NvmeConfig.standard().interrupts(true));
                DmaMemory data =
                        controller.dma().allocate("read into", (long) COMMANDS * BLOCK_BYTES);
                QueuePair pair = controller.createQueuePair(wanted, this::completed)) {
            NvmeNamespace namespace = controller.namespace(1);
            submitAll(pair, namespace, data);
            int unbound = RingroadCommand.execute("pci", "unbind", place);
            list.check("it is not unbound while it is used", () -> require(unbound != 0, "it was"));
            System.out.println(UNDER_WAY);
            awaitAll(pair);
            list.check("every command is told once", this::requireOnce);
            list.check("all but the first say that the drive is gone", this::requireGone);
            ControllerState state = controller.state();
            list.check(
                    "the controller says so too",
                    () -> require(state == ControllerState.GONE, "it is " + state));
            list.check(
                    "no more commands are taken",
                    () -> require(pair.read(0, namespace, 0, 1, data, 0) != 0, "one was"));
        }
    }

    private void completed(long token, int status) {
        told[(int) token]++;
        statuses[(int) token] = status;
    }

    private static void submitAll(QueuePair pair, NvmeNamespace namespace, DmaMemory data) {
        for (int token = 0; token < COMMANDS; token++) {
            long at = (long) token * BLOCK_BYTES;
            int refused = pair.read(token, namespace, token, 1, data, at);
            require(refused == 0, "a read was refused: " + refused);
        }
        int ignored = pair.poll(System.nanoTime());
    }

    private static void awaitAll(QueuePair pair) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        try (PollSet set = new PollSet(4)) {
            while (pair.outstanding() > 0) {
                require(System.nanoTime() < deadline, pair.outstanding() + " are not told");
                int ignored = pair.poll(System.nanoTime());
                set.clear();
                if (pair.prepareSleep(set)) {
                    require(set.poll(PATIENCE_NANOS) > 0, "nobody was woken");
                }
            }
        }
    }

    private void requireOnce() {
        require(Arrays.stream(told).allMatch(one -> one == 1), Arrays.toString(told));
    }

    private void requireGone() {
        boolean all = Arrays.stream(statuses).skip(1).allMatch(one -> one == NvmeStatus.GONE);
        require(all, Arrays.toString(statuses));
    }
}
