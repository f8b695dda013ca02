package dev.ringroad.bench.fileload;

/** The part of a file that one thread visits. Used by that thread. */
final class Region extends Extent {
    private final TestFile file;
    private final int descriptor;

    /**
     * @param descriptor the file's, or its index among the registered files
     * @param part of the file, from 0
     * @param guarded whether blocks are written and verified
     */
    Region(TestFile file, int descriptor, int blockBytes, int part, int parts, boolean guarded) {
        super(file.bytes(), blockBytes, part, parts, guarded);
        this.file = file;
        this.descriptor = descriptor;
    }

    TestFile file() {
        return file;
    }

    int descriptor() {
        return descriptor;
    }
}
