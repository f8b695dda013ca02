/** System calls by family, errno and constants; nothing else calls the kernel. */
@NullMarked
package dev.ringroad.core.linux;

import org.jspecify.annotations.NullMarked;
