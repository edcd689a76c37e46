// How long a text will be, before it is drawn: the wall truncates nothing, so it must know.

const pen = document.createElement('canvas').getContext('2d')
let family
/** The same words are measured again at every drawing. */
const measured = new Map()
const MOST_MEASURED = 5_000

/** Width in px of `text` at `size` px. */
export function widthOf (text, size, bold = false) {
  family ??= getComputedStyle(document.body).fontFamily
  const key = `${bold ? 700 : 400} ${size}px ${text}`
  if (measured.has(key)) return measured.get(key)
  if (measured.size >= MOST_MEASURED) measured.clear()
  pen.font = `${bold ? 700 : 400} ${size}px ${family}`
  measured.set(key, pen.measureText(text).width)
  return measured.get(key)
}

/** The largest of `sizes` (px, falling) at which `text` fits `width`; the last one when none does. */
export const fit = (text, width, sizes, bold = false) => sizes.find((size) => widthOf(text, size, bold) <= width) ?? sizes.at(-1)

/** The first of `texts` that fits, or undefined. */
export const firstThatFits = (texts, width, size, bold = false) => texts.find((text) => text && widthOf(text, size, bold) <= width)
