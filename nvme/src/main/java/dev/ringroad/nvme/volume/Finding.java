package dev.ringroad.nvme.volume;

/**
 * Something that is not as it should be in a store on disk.
 *
 * @param sentence what and where
 */
public record Finding(Gravity gravity, String sentence) {
    /** What it means for the data. */
    public enum Gravity {
        /** Nothing is wrong: a power cut has left it so, and the store copes. */
        NOTE,
        /** Wrong, and can be put right without losing anything. */
        MENDABLE,
        /** Something is not readable; mending leaves it out. */
        LOSS
    }

    @Override
    public String toString() {
        return sentence;
    }
}
