/** {@code ringroad pci}: which functions there are, who has them, and handing them over. */
@NullMarked
package dev.ringroad.cli.pci;

import org.jspecify.annotations.NullMarked;
