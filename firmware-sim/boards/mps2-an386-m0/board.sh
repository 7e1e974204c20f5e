# Code for a Cortex-M0 on the Arm MPS2+ AN386, whose Cortex-M4 runs it, for networks that are too large for a micro:bit.
board_about='Cortex-M0 code, Arm MPS2+ AN386'
board_core=cortex-m
board_triple=armv6m-none-none-eabi
board_flags=(-mcpu=cortex-m0 -mfloat-abi=soft)
board_qemu=(qemu-system-arm -machine mps2-an386)
board_flash_bytes=$((4 * 1024 * 1024))
board_ram_bytes=$((4 * 1024 * 1024))
board_layout=wide
board_runtime_optimization=-Osize
board_stack_bytes=8192
