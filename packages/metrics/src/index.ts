export type { Counter, CounterSeries } from './counter.ts';
export type { Gauge, GaugeOptions, GaugeSeries } from './gauge.ts';
export type { Histogram, HistogramOptions } from './histogram.ts';
export type { HistogramSeries } from './histogram-series.ts';
export type { Labels, LabelValue } from './labels.ts';
export { measured, type Measured, type MeasuredOptions } from './measured.ts';
export type { MetricOptions } from './metric.ts';
export { createRegistry, type Registry, type RegistryOptions } from './registry.ts';
