// The front door: whoever goes out with a phone comes to the own tickets, everybody else to the wall.
import * as api from '../core/api.js'

/** As in the style sheets: what is narrower is held in a hand. */
const PHONE = matchMedia('(max-width: 760px)')

export async function open () {
  const { role } = await api.me()
  location.replace(role === 'technician' && PHONE.matches ? '/tickets?mine' : '/wall')
}
