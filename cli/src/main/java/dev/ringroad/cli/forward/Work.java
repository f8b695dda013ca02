package dev.ringroad.cli.forward;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.worker.Poller;
import dev.ringroad.net.forward.Port;

import java.util.List;
import java.util.Map;

/** What is done with frames between the ports: a mode of forwarding, or routing. */
interface Work {

    /** Its name in JSON. */
    String word();

    /** What the workers run; called once, when the ports are open. */
    List<? extends Poller> begin(List<Port> ports, CounterFile counters);

    /** Whether there will never be anything to do again. */
    boolean finished();

    /** How many frames have been moved so far. */
    long packets(List<Port> ports);

    /** How many frames of a port were dropped for which reason, its device's not counted. */
    Map<String, Long> drops(Port port);

    /** Releases what is in hand; after the workers' end and before the devices are closed. */
    void close();
}
