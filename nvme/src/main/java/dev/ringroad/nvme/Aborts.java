package dev.ringroad.nvme;

import dev.ringroad.nvme.command.AdminOpcode;

import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Aborts that queue pairs ask for, and the controller is sent a few at a time (NVM Express Base
 * Specification 2.0, section 5.1). Under the controller's lock, but for {@link #request}.
 */
final class Aborts {
    private final AdminQueue admin;
    private final ConcurrentLinkedQueue<Integer> wanted = new ConcurrentLinkedQueue<>();
    private int underWay;

    Aborts(AdminQueue admin) {
        this.admin = admin;
    }

    /** Any thread. */
    void request(int queueId, int commandId) {
        boolean ignored = wanted.add(commandId << 16 | queueId);
    }

    /** None is wanted any more, as no command is under way. */
    void clear() {
        wanted.clear();
    }

    /**
     * Sends what there is room for.
     *
     * @param limit how many can be under way, counted from 0
     */
    void send(int limit) {
        while (underWay <= limit) {
            Integer next = wanted.peek();
            if (next == null) {
                return;
            }
            AdminCommand abort = new AdminCommand(AdminOpcode.ABORT).doubleWord(10, next);
            if (admin.submit(abort, (token, status) -> underWay--, 0, 0) != 0) {
                return; // with the next poll
            }
            underWay++;
            var _ = wanted.remove();
        }
    }
}
