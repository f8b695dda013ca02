package dev.ringroad.uring.file;

import org.jspecify.annotations.Nullable;

/**
 * Which way bytes take to a file.
 *
 * @param direct whether they pass the page cache by
 * @param alignment what positions and lengths of requests are multiples of; 1 unless direct
 * @param seekable whether the file has positions, so that pieces can be in flight together
 * @param fallback why the file is not direct although that was wished for, or null
 */
record FilePath(boolean direct, int alignment, boolean seekable, @Nullable String fallback) {}
