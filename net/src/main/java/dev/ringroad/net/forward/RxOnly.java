package dev.ringroad.net.forward;

/** Receives frames and forgets them. */
final class RxOnly implements Engine {

    @Override
    public int run(Lane lane) {
        int n = lane.receive();
        lane.finish();
        return n;
    }
}
