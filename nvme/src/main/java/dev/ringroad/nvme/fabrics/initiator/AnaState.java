package dev.ringroad.nvme.fabrics.initiator;

import dev.ringroad.nvme.command.AnaLogPage;

/**
 * How a controller reaches a group of namespaces (NVM Express Base Specification 2.0, section
 * 8.1.2), the best first.
 */
public enum AnaState {
    OPTIMIZED(AnaLogPage.OPTIMIZED),
    NON_OPTIMIZED(AnaLogPage.NON_OPTIMIZED),
    CHANGE(AnaLogPage.CHANGE),
    INACCESSIBLE(AnaLogPage.INACCESSIBLE),
    PERSISTENT_LOSS(AnaLogPage.PERSISTENT_LOSS);

    private final int code;

    AnaState(int code) {
        this.code = code;
    }

    /** Of the log page's code; what is unknown counts as inaccessible. */
    static AnaState of(int code) {
        for (AnaState state : values()) {
            if (state.code == code) {
                return state;
            }
        }
        return INACCESSIBLE;
    }

    /** Whether commands are carried out. */
    public boolean isUsable() {
        return this == OPTIMIZED || this == NON_OPTIMIZED;
    }
}
