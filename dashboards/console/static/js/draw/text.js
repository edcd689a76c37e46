// How long a text will be, before it is drawn: the wall truncates nothing, so it must know.

const pen = document.createElement('canvas').getContext('2d')
let family

/** Width in px of `text` at `size` px. */
export function widthOf (text, size, bold = false) {
  family ??= getComputedStyle(document.body).fontFamily
  pen.font = `${bold ? 700 : 400} ${size}px ${family}`
  return pen.measureText(text).width
}

/** The largest of `sizes` (px, falling) at which `text` fits `width`; the last one when none does. */
export const fit = (text, width, sizes, bold = false) => sizes.find((size) => widthOf(text, size, bold) <= width) ?? sizes.at(-1)

/** The first of `texts` that fits, or undefined. */
export const firstThatFits = (texts, width, size, bold = false) => texts.find((text) => text && widthOf(text, size, bold) <= width)
