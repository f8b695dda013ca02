package dev.ringroad.nvme.fabrics.serve;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/** The commands that a connection can have under way, made once. */
final class CommandTable {
    private final TargetConnection connection;
    private TargetCommand[] all = new TargetCommand[0];
    private @Nullable TargetCommand free;

    CommandTable(TargetConnection connection, int count) {
        this.connection = connection;
        grow(count);
    }

    /** Makes as many as are missing to {@code count}. */
    void grow(int count) {
        int before = all.length;
        all = Arrays.copyOf(all, count);
        for (int i = count - 1; i >= before; i--) {
            all[i] = new TargetCommand(i, connection);
            giveBack(all[i]);
        }
    }

    /** All of them, in use or not. */
    TargetCommand[] all() {
        return all;
    }

    /** The one of an index that came from outside; null when there is none. */
    @Nullable TargetCommand at(int index) {
        return index < all.length ? all[index] : null;
    }

    boolean isFull() {
        return free == null;
    }

    TargetCommand take() {
        TargetCommand taken = free;
        if (taken == null) {
            throw new IllegalStateException("All commands are under way");
        }
        free = taken.next;
        taken.next = null;
        return taken;
    }

    void giveBack(TargetCommand command) {
        command.state = TargetCommand.State.FREE;
        command.next = free;
        free = command;
    }
}
