// Images and float models are what this library takes; with them its user needs one import.
@_exported import OctetTraining
