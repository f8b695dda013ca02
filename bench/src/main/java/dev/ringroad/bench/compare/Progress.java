package dev.ringroad.bench.compare;

/** Is told what happens while a comparison runs. */
public interface Progress {
    /** A run begins; {@code number} counts from 1 to {@code of}, and back when runs repeat. */
    void begins(int number, int of, String what);

    /** The run that began last ended well; its main figure in a few words. */
    void ended(String figure);

    /** The last few runs do not count and are made again, for a reason in a few words. */
    void repeats(String why);
}
