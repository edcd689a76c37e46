// Names of people: the roster knows those who go out, the rest are named by their login.
import { live } from '../core/live.js'
import { knows, t } from '../core/words.js'

/** How a person is called, or null for nobody. */
export function personName (id) {
  if (!id) return null
  if (id === 'guanjia') return t('brand')
  return live.people.get(id)?.name ?? (live.me?.name === id ? live.me.display : null) ?? (knows(`role.${id}`) ? t(`role.${id}`) : id)
}
