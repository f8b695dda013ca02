/** What io_uring reaches from Java, beside liburing and what else uses the kernel's rings. */
@NullMarked
package dev.ringroad.bench.uring;

import org.jspecify.annotations.NullMarked;
