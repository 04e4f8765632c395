/** Numbers and labels in the text of an alert. */
import { MODEL, ROUTE } from './expressions.ts';

/** The model that an alert is about. Calls such as `models.list` name none. */
export const MODEL_TEXT: string = `{{ or $labels.${MODEL} "no model" }}`;
/** The path of the API that an alert is about. */
export const ROUTE_TEXT: string = `{{ or $labels.${ROUTE} "an unknown path" }}`;

/** A share as text: `0.05` is `5 %`. */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(6))} %`;
}
