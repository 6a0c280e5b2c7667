import { useId } from "preact/hooks";
import type { EmulatedFaults, Emulator } from "../state/emulator.ts";
import { useApp } from "../state/use-app.ts";
import { texts } from "../texts/mod.ts";

/** How far each switch goes; rates are shares from 0 to 1. */
const SWITCHES: readonly { fault: keyof EmulatedFaults; most: number; step: number }[] = [
  { fault: "latency_ms", most: 5_000, step: 100 },
  { fault: "error_rate", most: 1, step: 0.1 },
  { fault: "webhook_drop_rate", most: 1, step: 0.1 },
  { fault: "webhook_delay_ms", most: 10_000, step: 500 },
];

/** What is to go wrong in the emulated Cloudinary. */
export function FaultSwitches({ emulator }: { emulator: Emulator }) {
  const { notices } = useApp();
  const faults = emulator.faults.value;
  if (faults === undefined) return <p class="quiet" role="status">{texts.loading}</p>;
  const set = (change: Partial<EmulatedFaults>) =>
    emulator.setFaults(change).catch((error) => notices.fail(error));
  const isOn = SWITCHES.some(({ fault }) => faults[fault] > 0);
  return (
    <>
      <p class="quiet">{texts.emulator.faultsIntro}</p>
      {SWITCHES.map(({ fault, most, step }) => (
        <FaultSwitch
          key={fault}
          {...{ fault, most, step }}
          value={faults[fault]}
          onChange={(value) => set({ [fault]: value })}
        />
      ))}
      <button
        type="button"
        class="button"
        disabled={!isOn}
        onClick={() => set(Object.fromEntries(SWITCHES.map(({ fault }) => [fault, 0])))}
      >
        {texts.emulator.allWell}
      </button>
    </>
  );
}

interface FaultSwitchProps {
  fault: keyof EmulatedFaults;
  most: number;
  step: number;
  value: number;
  onChange(value: number): void;
}

function FaultSwitch({ fault, most, step, value, onChange }: FaultSwitchProps) {
  const id = useId();
  const { name, about } = texts.emulator.faults[fault];
  return (
    <div class="field">
      <label for={id}>
        {name}{" "}
        <output class="quiet" for={id}>
          {most === 1 ? `${Math.round(value * 100)} %` : `${value} ms`}
        </output>
      </label>
      <input
        id={id}
        type="range"
        min={0}
        max={most}
        step={step}
        value={value}
        aria-describedby={`${id}-about`}
        onChange={(event) => onChange(Number(event.currentTarget.value))}
      />
      <p class="quiet" id={`${id}-about`}>{about}</p>
    </div>
  );
}
