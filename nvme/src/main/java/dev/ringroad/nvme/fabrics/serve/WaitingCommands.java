package dev.ringroad.nvme.fabrics.serve;

import org.jspecify.annotations.Nullable;

/** Commands that wait, the first to come first; linked through themselves, so nothing is made. */
final class WaitingCommands {
    private @Nullable TargetCommand first;
    private @Nullable TargetCommand last;

    boolean isEmpty() {
        return first == null;
    }

    /** The one that has waited longest, or null. */
    @Nullable TargetCommand first() {
        return first;
    }

    void add(TargetCommand command) {
        TargetCommand before = last;
        if (before == null) {
            first = command;
        } else {
            before.next = command;
        }
        last = command;
    }

    /** Takes the first away. */
    void removeFirst() {
        TargetCommand command = first;
        if (command != null) {
            first = command.next;
            last = first == null ? null : last;
            command.next = null;
        }
    }
}
