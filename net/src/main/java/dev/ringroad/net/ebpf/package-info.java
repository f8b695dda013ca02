/** Programs that the kernel runs on received frames: assembled here, loaded and attached. */
@NullMarked
package dev.ringroad.net.ebpf;

import org.jspecify.annotations.NullMarked;
