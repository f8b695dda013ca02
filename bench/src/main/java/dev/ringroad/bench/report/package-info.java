/** Shows a comparison to people: as a table of text and as a page with plots. */
@NullMarked
package dev.ringroad.bench.report;

import org.jspecify.annotations.NullMarked;
