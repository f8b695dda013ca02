package dev.ringroad.uring;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * What a ring may be used for, once and for all: everything else is refused with {@code -EACCES},
 * registering included. For a ring that is handed to code that is not trusted.
 *
 * @param operations that entries may ask for
 * @param allowed flags that entries may have
 * @param required flags that entries must have, such as {@link EntryFlag#FIXED_FILE} to keep them
 *     to the files that are registered
 */
public record Restrictions(
        Set<Operation> operations, Set<EntryFlag> allowed, Set<EntryFlag> required) {

    public Restrictions {
        EnumSet<Operation> some = EnumSet.noneOf(Operation.class);
        some.addAll(operations);
        operations = Collections.unmodifiableSet(some);
        allowed = copy(allowed);
        required = copy(required);
    }

    private static Set<EntryFlag> copy(Set<EntryFlag> flags) {
        EnumSet<EntryFlag> copy = EnumSet.noneOf(EntryFlag.class);
        copy.addAll(flags);
        return Collections.unmodifiableSet(copy);
    }
}
