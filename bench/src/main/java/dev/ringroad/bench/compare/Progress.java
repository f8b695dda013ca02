package dev.ringroad.bench.compare;

/** Is told what happens while a comparison runs. */
public interface Progress {
    /** A run begins; {@code number} counts from 1 to {@code of}. */
    void begins(int number, int of, String what);

    /** The run that began last ended well; its main figure in a few words. */
    void ended(String figure);
}
