package dev.ringroad.net.forward;

/** What is done with frames on their way along one lane. */
public interface Engine {

    /** Moves one burst along the lane; the answer is how many frames there were, 0 when idle. */
    int run(Lane lane);
}
