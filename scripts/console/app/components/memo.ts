import { type Component, createElement, type FunctionComponent } from "preact";

/** A component that is drawn again only when one of its properties is another than before. */
export function memo<Props extends object>(
  component: FunctionComponent<Props>,
): FunctionComponent<Props> {
  return function Memo(this: Component<Props>, props: Props) {
    this.shouldComponentUpdate = (next) => differ(this.props as Props, next as Props);
    return createElement(component, props);
  } as FunctionComponent<Props>;
}

function differ<Props extends object>(before: Props, after: Props): boolean {
  const names = Object.keys(after) as (keyof Props)[];
  return names.length !== Object.keys(before).length ||
    names.some((name) => before[name] !== after[name]);
}
